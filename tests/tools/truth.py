#!/usr/bin/env python3
"""truth.py MANIFEST - compare what capture_dump prints (stdin) with the truth.

Fails on any wrong status, any wrong request line, any wrong body of a complete
message, any exchange that never was, any exchange reported twice, any without
a status that does not say why, and coverage that does not reconcile with
itself or with what was printed.  Prints how much was found; --all: every
exchange must be right, and complete unless packets were cut (--cut);
--visible: every exchange whose two heads are in the capture must be right, as
the manifest says; --of-visible F: that part of these; --recall F: that part of
all.  --guess: what is said to be inferred may be wrong; how much is, is printed.
"""
import argparse, json, sys

ap = argparse.ArgumentParser()
ap.add_argument("manifest")
ap.add_argument("--all", dest="recall", action="store_const", const=1.0, default=0.0)
ap.add_argument("--recall", type=float, default=0.0)
ap.add_argument("--visible", dest="of_visible", action="store_const", const=1.0, default=0.0)
ap.add_argument("--of-visible", type=float, default=0.0)
ap.add_argument("--guess", action="store_true")
ap.add_argument("--cut", action="store_true")
ap.add_argument("--method", default="DELETE")
a = ap.parse_args()
truth, by_target, unasked = {}, {}, 0
for line in open(a.manifest):
    t = json.loads(line)
    if "unasked" in t:
        unasked += 1
        continue
    name = "%08x-%06d" % (t["conn"], t["n"])
    truth[name] = t
    by_target.setdefault((t["method"], t["target"]), []).append(name)


def name_of(x):
    """The id of a request whose field with it was lost is that of the only one with its target."""
    names = by_target.get((x["method"], x["target"]), [])
    if x["id"] is None and not x["request"]["complete"] and len(names) == 1:
        return names[0]
    return x["id"]


wrong, seen, cover, complete = [], {}, None, 0
guessed = []
FLAW = {"no-response", "response-lost", "ambiguous", "reset", "limit"}
for line in sys.stdin:
    x = json.loads(line)
    if "packets" in x:
        cover = x
        continue
    name = name_of(x)
    t = truth.get(name)
    if t is None or name in seen:
        wrong.append("never was, or twice: %s" % line)
        continue
    seen[name] = x
    if (x["method"], x["target"]) != (t["method"], t["target"]):
        wrong.append("request: %s" % line)
    lies = guessed if a.guess and "inferred" in x["flaws"] else wrong
    if x["status"] is not None and x["status"] != t["status"]:
        lies.append("status: is %s: %s" % (t["status"], line))
    if (x["status"] is None) == (x["reason"] is None) or \
       (x["status"] is None) != (x["response"] is None):
        wrong.append("reason: %s" % line)
    if x["reason"] in FLAW and x["reason"] not in x["flaws"]:
        wrong.append("no flaw for the reason: %s" % line)
    whole = True
    for name, key in (("request", "req"), ("response", "resp")):
        m = x[name]
        if m is None or not m["complete"]:
            whole = False
            if m is not None and not x["flaws"]:
                wrong.append("%s without a flaw: %s" % (name, line))
        elif (m["sha256"], m["body_len"]) != (t[key + "_sha256"], t[key + "_len"]):
            lies.append("%s body: %s" % (name, line))
    complete += whole
    if a.recall == 1 and not a.cut and not whole and t["status"] is not None:
        wrong.append("not complete: %s" % line)
if cover is None:
    wrong.append("no coverage")
else:
    e, f = cover["exchanges"], cover["flows"]
    if cover["packets"] != sum(cover["layers"].values()):
        wrong.append("packets do not reconcile: %s" % cover)
    if e["seen"] != e["kept"] + e["filtered"] + e["incomplete"]:
        wrong.append("exchanges do not reconcile: %s" % cover)
    if e["seen"] > len(truth) + unasked and not a.guess:
        wrong.append("more exchanges than were: %s" % cover)
    if (e["kept"], e["incomplete"] - e["orphans"]) != (complete, len(seen) - complete):
        wrong.append("%d of %d are complete: %s" % (complete, len(seen), cover))
of = [k for k, t in truth.items() if a.method in ("", t["method"])]
got = [k for k in of if k in seen]
right = [k for k in got if seen[k]["status"] == truth[k]["status"]]
visible = [k for k in of if truth[k].get("visible")]
missed = sorted(set(visible) - set(right))
print("# truth %d visible %s seen %d right %d wrong %d%s" %
      (len(of), len(visible) if visible else "-", len(got), len(right), len(wrong),
       " guessed wrong %d" % len(guessed) if a.guess else ""))
for w in wrong[:5]:
    print("#", w.rstrip())
few = len(visible) - len(missed) < a.of_visible * len(visible)
for k in missed[:5] if few else []:
    print("# visible, and not paired: %s" % (seen.get(k) or truth[k]))
sys.exit(1 if wrong or few or len(right) < a.recall * len(of) else 0)
