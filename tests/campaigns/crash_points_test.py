#!/usr/bin/python3
"""One checkout against a real octavo, killed at every call by which it changes or syncs a file.

    crash_points_test.py --all [--octavo=build/release/bin/octavo]     every point there is: some minutes with a release build
    crash_points_test.py --points=4 [--seed=N]                         so many of them, evenly spread from a random first

The shop is begun from the same files each time. While it runs strace (Debian's) is attached, which kills it with SIGKILL as
the n-th such call on one service's files begins. The shop is started again, the reader comes back with the same key, and
then there has to be one order, one charge of its whole price, one committed reservation, one redemption and an empty cart.
Points are counted per file and kind of call, because strace counts each kind by itself, and per thread: one thread writes each
of our databases.
With --error=EIO or --error=ENOSPC the call fails instead, and the shop may live on; it is ended by SIGKILL afterwards. Then the
order may also have been refused; nothing of it is left, and the next one has to succeed.
With --broken=VARIANT the shop is one of octavo-broken's, and the points are tried until it is caught: it has to be.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import ctypes
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

import grpc

SOURCE = pathlib.Path(os.environ.get("OCTAVO_TEST_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(SOURCE / "examples/python"))

from stubs import connect, load  # noqa: E402  The path comes first.

cart_pb2, cart_grpc = load("octavo/cart/v1/cart")
inventory_pb2, inventory_grpc = load("octavo/inventory/v1/inventory")
payments_pb2, payments_grpc = load("octavo/payments/v1/sandbox")
promotions_pb2, promotions_grpc = load("octavo/promotions/v1/promotions")
transactions_pb2, transactions_grpc = load("octavo/transactions/v1/transactions")

CHANGES = ("write,writev,pwrite64,pwritev,fsync,fdatasync,ftruncate,fallocate,rename,renameat,renameat2,unlink,unlinkat")
# A line of strace -y: "1234 pwrite64(17</tmp/…/inventory.db-wal>, …" or "1234 unlink("/tmp/…") = 0".
CALL = re.compile(r'^\d+\s+(\w+)\((?:\d+<([^>]*)>|"([^"]*)"|AT_FDCWD<[^>]*>, "([^"]*)")')
READY = re.compile(r"event=ready\b.*\bport=(\d+)")

SECONDS_MAX = 60.0  # For whatever should take a moment; a slow machine's ASan build takes some.
CALL_SECONDS_MAX = 60.0
LANES = 2  # One point starts while another checks.
STOCK = 20
QUANTITY = 2
CART = "carts/v-7"
BOOK = "books/1"
BOOKS_CSV = """key,title,authors,isbn,language,price_minor,currency,categories,stock
emma,Emma,Jane Austen,9780141439587,en,999,EUR,fiction,{stock}
"""


class Unwell(Exception):
    """Something that has to hold does not."""


def expect(condition, what):
    if not condition:
        raise Unwell(what)


def until(condition, what):
    """Asks again and again, a moment apart."""
    end = time.monotonic() + SECONDS_MAX
    while not condition():
        expect(time.monotonic() < end, f"{what}: not within {SECONDS_MAX:.0f} s")
        time.sleep(0.01)


LIBC = ctypes.CDLL(None)


def prepare():
    """In the shop's process, before it is octavo: it ends with us, whatever ends us (PR_SET_PDEATHSIG), and where Yama lets
    only parents trace their children it may be traced by strace (PR_SET_PTRACER, PR_SET_PTRACER_ANY)."""
    LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)
    LIBC.prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)


class Programs:
    """What the shop and its owner's tools are."""

    def __init__(self, octavo, broken):
        self.octavo = str(octavo)
        self.sound = [self.octavo, "--marketplace.listen=127.0.0.1:0"]
        self.serve = [str(octavo.parent / "octavo-broken"), broken, "shop"] if broken else self.sound


class Shop:
    """A shop on a folder, with a channel to it. None outlives this program."""

    running = set()

    def __init__(self, serve, folder):
        self.folder = pathlib.Path(folder)
        self.log = open(f"{self.folder}.log", "ab")
        begin = self.log.tell()
        self.process = subprocess.Popen(
            [*serve, "--listen=127.0.0.1:0", "--metrics-listen=", f"--data-dir={self.folder}"],
            stdout=self.log, stderr=self.log, preexec_fn=prepare)
        Shop.running.add(self.process)
        self.port = None
        until(lambda: self._ready(begin), f"the shop is ready (see {self.log.name})")
        self.address = f"127.0.0.1:{self.port}"
        make_token = [pathlib.Path(serve[0]).with_name("octavo"), "token", f"--data-dir={self.folder}"]
        token = subprocess.run(make_token, check=True, capture_output=True, text=True)
        self.channel = connect(self.address, token.stdout.strip())
        self.carts = cart_grpc.CartServiceStub(self.channel)
        self.inventory = inventory_grpc.InventoryServiceStub(self.channel)
        self.payments = payments_grpc.SandboxServiceStub(self.channel)
        self.promotions = promotions_grpc.PromotionsServiceStub(self.channel)
        self.transactions = transactions_grpc.TransactionsServiceStub(self.channel)

    def _ready(self, begin):
        with open(self.log.name, "rb") as log:
            log.seek(begin)
            said = log.read().decode(errors="replace")
        found = READY.search(said)
        if found:
            self.port = found[1]
        elif self.process.poll() is not None:
            raise Unwell(f"the shop does not start: {said[-2000:]}")
        return found is not None

    def dead(self):
        return self.process.poll() is not None

    def stop(self, how=signal.SIGTERM):
        self.channel.close()
        self.process.send_signal(how)
        self.process.wait(SECONDS_MAX)
        Shop.running.discard(self.process)
        self.log.close()

    @classmethod
    def end_all(cls):
        for process in cls.running:
            process.kill()
            process.wait()


@contextlib.contextmanager
def traced(shop, options, output, and_killed):
    """strace on every thread of the shop, for as long as this lasts. A shop that may be ending by itself is killed with it:
    strace waits for ever for threads that it lets go while they end."""
    strace = subprocess.Popen(["strace", "-f", "-qq", "-o", str(output), *options, "-p", str(shop.process.pid)],
                              stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: strace.poll() is not None or _is_traced(shop.process.pid), "strace is attached")
        expect(strace.poll() is None, "strace cannot attach: " + (strace.stderr.read() if strace.poll() else ""))
        yield
    finally:
        if and_killed:
            shop.process.kill()
        elif strace.poll() is None:
            strace.send_signal(signal.SIGINT)  # It lets go of the shop.
        strace.communicate(timeout=SECONDS_MAX)


def _is_traced(process):
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if "TracerPid:\t0\n" in (task / "status").read_text():
                return False
    return True


class Reader:
    """Buys, and remembers what the shop has said, whatever becomes of the shop."""

    def __init__(self):
        self.key = str(uuid.uuid4())
        self.added = "add-" + self.key
        self.total = None
        self.order = None

    def buy(self, shop):
        """Everything that is left to do, up to the empty cart. grpc.RpcError when the shop is gone."""
        shop.carts.AddItem(cart_pb2.AddItemRequest(name=CART, book=BOOK, quantity=QUANTITY, request_id=self.added),
                           timeout=CALL_SECONDS_MAX)
        items = [transactions_pb2.OrderItem(book=BOOK, quantity=QUANTITY)]
        buyer = transactions_pb2.Buyer(email="reader@example.org", full_name="A Reader")
        if self.total is None:
            preview = transactions_pb2.PreviewOrderRequest(
                items=items, buyer=buyer, delivery_method=transactions_pb2.DELIVERY_METHOD_COLLECTION)
            self.total = shop.transactions.PreviewOrder(preview, timeout=CALL_SECONDS_MAX).totals.total
        order = shop.transactions.PlaceOrder(transactions_pb2.PlaceOrderRequest(
            idempotency_key=self.key, items=items, buyer=buyer, expected_total=self.total, cart=CART,
            delivery_method=transactions_pb2.DELIVERY_METHOD_COLLECTION,
            payment_method=transactions_pb2.PAYMENT_METHOD_CARD, payment_token="tok_approve"), timeout=CALL_SECONDS_MAX)
        expect(self.order in (None, order.name), f"the same key has two orders, {self.order} and {order.name}")
        self.order = order.name

    def come_back(self, shop, may_be_refused):
        """As buy, for a shop that may still be finishing the order by itself. False: it was refused."""
        end = time.monotonic() + SECONDS_MAX
        while True:
            try:
                self.buy(shop)
                return True
            except grpc.RpcError as error:
                if may_be_refused and self.order is None and error.code() == grpc.StatusCode.FAILED_PRECONDITION:
                    return False
                again = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED)
                if not again or shop.dead() or time.monotonic() > end:
                    raise Unwell(f"the same key again: {error.code().name} {error.details()}") from error
                time.sleep(0.05)

    def start_anew(self):
        """With what is in the cart."""
        self.key = str(uuid.uuid4())


def wait_for_followers(shop):
    def followed():
        return not shop.carts.GetCart(cart_pb2.GetCartRequest(name=CART), timeout=CALL_SECONDS_MAX).lines
    until(followed, "the cart is emptied of what was ordered")


def wait_for_the_rest(shop):
    """Promotions, too, reads what was ordered; nobody outside sees when it has."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        shop.process.wait(1.0)


def charges_of(shop):
    charges = shop.payments.ListCharges(payments_pb2.ListChargesRequest(), timeout=CALL_SECONDS_MAX).charges
    return [charge for charge in charges if charge.state != payments_pb2.Charge.STATE_VOIDED]


def check_nothing_happened(shop):
    """After a refusal."""
    orders = shop.transactions.ListOrders(transactions_pb2.ListOrdersRequest(as_staff=True), timeout=CALL_SECONDS_MAX).orders
    expect(not orders, f"refused, but there are {[order.name for order in orders]}")
    expect(not charges_of(shop), f"refused, but the charges are {charges_of(shop)}")
    stocks = shop.inventory.BatchGetStock(inventory_pb2.BatchGetStockRequest(books=[BOOK]), timeout=CALL_SECONDS_MAX)
    stock = stocks.stocks[0]
    expect((stock.on_hand, stock.reserved) == (STOCK, 0), f"refused, but the stock is {stock}")


def check(shop, reader):
    """One order, one charge, one reservation, one redemption, and the sums that go with them."""
    orders = shop.transactions.ListOrders(transactions_pb2.ListOrdersRequest(as_staff=True), timeout=CALL_SECONDS_MAX).orders
    expect([order.name for order in orders] == [reader.order], f"the orders are {[order.name for order in orders]}")
    order = orders[0]
    total = order.totals.total.minor
    charges = charges_of(shop)
    expect(len(charges) == 1, f"there are {len(charges)} charges")
    expect((charges[0].captured.minor, charges[0].refunded.minor) == (total, 0), f"of {total} the charge is {charges[0]}")
    name = "reservations/" + order.name.removeprefix("orders/")
    reservation = shop.inventory.GetReservation(inventory_pb2.GetReservationRequest(name=name), timeout=CALL_SECONDS_MAX)
    expect(reservation.state == inventory_pb2.Reservation.STATE_COMMITTED, f"the reservation is {reservation}")
    stocks = shop.inventory.BatchGetStock(inventory_pb2.BatchGetStockRequest(books=[BOOK]), timeout=CALL_SECONDS_MAX)
    stock = stocks.stocks[0]
    expect((stock.on_hand, stock.reserved) == (STOCK - QUANTITY, 0), f"the stock is {stock}")
    campaigns = shop.promotions.ListCampaigns(promotions_pb2.ListCampaignsRequest(), timeout=CALL_SECONDS_MAX).campaigns
    expect([campaign.redemption_count for campaign in campaigns] == [1], f"the campaigns are {campaigns}")
    wait_for_followers(shop)


def audit(programs, shop):
    """`octavo audit` says the same from the stores alone, while the shop runs."""
    done = subprocess.run([programs.octavo, "audit", f"--data-dir={shop.folder}"], capture_output=True, text=True,
                          timeout=SECONDS_MAX, check=False)
    expect(done.returncode == 0, f"octavo audit ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def furnish(programs, folder):
    """The files that every point begins with: one book, some copies, one campaign."""
    books = folder.parent / "books.csv"
    books.write_text(BOOKS_CSV.format(stock=STOCK), encoding="utf-8")
    shop = Shop(programs.sound, folder)
    subprocess.run([programs.octavo, "import", str(books), "--source=demo", f"--address={shop.address}", f"--data-dir={folder}"],
                   check=True, capture_output=True, timeout=SECONDS_MAX)
    campaign = promotions_pb2.Campaign(display_name="Two for one", state=promotions_pb2.Campaign.STATE_ACTIVE, total_limit=5,
                                       buy_x_get_y=promotions_pb2.BuyXGetY(buy_quantity=1, get_quantity=1))
    shop.promotions.CreateCampaign(promotions_pb2.CreateCampaignRequest(campaign=campaign, request_id="campaign"),
                                   timeout=CALL_SECONDS_MAX)
    shop.stop()


def database_of(path):
    """The file that a log, an index or a journal belongs to."""
    return re.sub(r"(-wal|-shm|-journal)$", "", str(path))


def count_calls(programs, template, folder):
    """How many points there are: per file (with its log) and kind, the calls that a whole checkout makes."""
    data = folder / "count"
    shutil.copytree(template, data)
    shop = Shop(programs.serve, data)
    output = folder / "count.trace"
    reader = Reader()
    with traced(shop, ["-y", "-e", "trace=" + CHANGES], output, and_killed=False):
        reader.buy(shop)
        check(shop, reader)
    audit(programs, shop)
    shop.stop()
    counts = collections.Counter()
    for line in output.read_text(errors="replace").splitlines():
        found = CALL.match(line)
        path = found and (found[2] or found[3] or found[4])
        if path and path.startswith(f"{data}/"):
            counts[database_of(pathlib.Path(path).relative_to(data)), found[1]] += 1
    return counts


def suffer(programs, template, folder, file, call, nth, error):
    """One point. Gives whether it was reached."""
    data = folder / f"{file.replace('/', '_')}-{call}-{nth}"
    shutil.copytree(template, data)
    shop = Shop(programs.serve, data)
    reader = Reader()
    what = f"error={error}" if error else "signal=KILL"
    options = ["-e", "trace=" + CHANGES, "-e", f"inject={call}:{what}:when={nth}"]
    for suffix in ("", "-wal", "-shm", "-journal"):
        options += ["-P", f"{data}/{file}{suffix}"]
    output = pathlib.Path(f"{data}.trace")
    with traced(shop, options, output, and_killed=True):
        try:
            reader.buy(shop)
            wait_for_followers(shop)
            wait_for_the_rest(shop)
        except grpc.RpcError:
            until(lambda: error or shop.dead(), "the shop is dead")
        died = shop.dead()
    reached = "INJECTED" in output.read_text(errors="replace") if error else died
    shop.stop(signal.SIGKILL)

    shop = Shop(programs.serve, data)
    if not reader.come_back(shop, may_be_refused=error is not None):
        check_nothing_happened(shop)
        reader.start_anew()
        reader.come_back(shop, may_be_refused=False)
    check(shop, reader)
    audit(programs, shop)
    shop.stop()
    shutil.rmtree(data)
    return reached


def choose(points, count, seed):
    """So many of the points, evenly spread, from a random first."""
    if count is None or count >= len(points):
        return points
    stride = len(points) / count
    first = random.Random(seed).random() * stride
    return [points[int(first + i * stride) % len(points)] for i in range(count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--points", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--error", choices=["EIO", "ENOSPC"])
    parser.add_argument("--broken", metavar="VARIANT")
    parser.add_argument("--octavo", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("OCTAVO_TEST_BINARY_DIR", SOURCE / "build/release/bin"), "octavo"))
    arguments = parser.parse_args()

    programs = Programs(arguments.octavo, arguments.broken)

    with tempfile.TemporaryDirectory(prefix="octavo-crash-") as temporary, contextlib.ExitStack() as at_the_end:
        at_the_end.callback(Shop.end_all)
        folder = pathlib.Path(temporary)
        template = folder / "template"
        furnish(programs, template)
        counts = count_calls(programs, template, folder)
        for (file, call), count in sorted(counts.items()):
            print(f"{count:4} {call} on {file}", flush=True)
        points = [(*kind, nth) for kind, count in sorted(counts.items()) for nth in range(1, count + 1)]
        everything = arguments.all or arguments.broken
        chosen = choose(points, None if everything else arguments.points, arguments.seed)
        print(f"seed {arguments.seed}: {len(chosen)} of {len(points)} points", flush=True)
        if arguments.broken:
            random.Random(arguments.seed).shuffle(chosen)
            expect_caught(one_after_another(programs, template, folder, chosen))
        else:
            report(suffer_all(programs, template, folder, chosen, arguments.error))


def attempt(programs, template, folder, point, error):
    """The point, whether it was reached, and what is wrong."""
    try:
        return point, suffer(programs, template, folder, *point, error), None
    except (Unwell, grpc.RpcError, subprocess.SubprocessError) as failure:
        return point, True, failure


def suffer_all(programs, template, folder, points, error):
    with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
        yield from lanes.map(lambda point: attempt(programs, template, folder, point, error), points)


def one_after_another(programs, template, folder, points):
    for point in points:
        yield attempt(programs, template, folder, point, None)


def expect_caught(results):
    for tried, (point, _, failure) in enumerate(results, 1):
        if failure:
            print("caught after {} points, at {} {} {}: {}".format(tried, *point, failure), flush=True)
            return
    raise SystemExit("NOT caught")


def report(results):
    reached, missed, failed = 0, [], []
    for point, was_reached, failure in results:
        name = "{} {} {}".format(*point)
        reached += was_reached
        if not was_reached:
            missed.append(name)
        if failure:
            failed.append(name)
            print(f"FAILED {name}: {failure}", flush=True)
    # A checkout makes some calls more or less than the one that was counted; a point beyond the last is none.
    print(f"{reached} points reached, {len(missed)} not there this time{': ' if missed else ''}{', '.join(missed)}")
    if failed or reached == 0:
        raise SystemExit(f"{len(failed)} points failed")


main()
