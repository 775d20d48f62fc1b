// How long GET / takes while the recommendations are up, slow, hung and dead; see README.md. Exits with 1 where any look took
// longer than the promise. Usage: node bench/pages/away.mjs [looks for each, 200]
import { Shop } from '../../tests/browser/processes.mjs';

const PROMISE_MS = 300;
const LOOKS = Number(process.argv[2] ?? 200);

const shop = new Shop();
let kept = true;
try {
  await shop.startApart();
  const recommendations = shop.programs['octavo-recommendations'];
  const cookie = (await fetch(shop.address)).headers.get('set-cookie').split(';')[0];
  await measure('up', cookie);
  const quicken = recommendations.slowDown();
  await measure('slow', cookie);
  quicken();
  recommendations.signal('SIGSTOP');
  await measure('hung', cookie);
  recommendations.signal('SIGKILL');
  await recommendations.ended;
  await measure('dead', cookie);
} finally {
  await shop.stop();
}
process.exit(kept ? 0 : 1);

// A returning reader looks at the front of the shop, one look after the other.
async function measure(state, cookie) {
  const times = [];
  for (let i = 0; i < LOOKS; ++i) {
    const start = performance.now();
    const response = await fetch(shop.address, { headers: { Cookie: cookie } });
    const text = await response.text();
    times.push(performance.now() - start);
    if (response.status !== 200 || text.split('class="card').length < 12) throw new Error(`${state}: the page is not useful`);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1).padStart(6);
  const keeps = times.at(-1) <= PROMISE_MS;
  kept &&= keeps;
  const verdict = keeps ? '' : `above the promise of ${PROMISE_MS} ms`;
  console.log(`${state.padEnd(5)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms   ${verdict}`);
}
