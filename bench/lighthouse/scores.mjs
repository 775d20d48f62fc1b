// The scores of a Lighthouse report, and what it found. Usage: node scores.mjs report.json name
import { readFileSync } from 'node:fs';

const [file, name] = process.argv.slice(2);
const { categories, audits } = JSON.parse(readFileSync(file, 'utf8'));
const score = (one) => Math.round(one * 100);
const scores = Object.values(categories).map((category) => `${category.title} ${score(category.score)}`);
const lowest = Math.min(...Object.values(categories).map((category) => score(category.score)));
console.log(`${name.padEnd(18)} ${scores.join('   ')}   lowest ${lowest}`);
for (const category of Object.values(categories)) {
  for (const { id, weight } of category.auditRefs) {
    const audit = audits[id];
    const isFlaw = weight > 0 && audit.score !== null && audit.score < 0.9;
    if (isFlaw) console.log(`  ${category.title}: ${audit.title} ${audit.displayValue ?? ''}`);
  }
}
