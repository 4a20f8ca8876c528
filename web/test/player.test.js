import assert from "node:assert/strict";
import { test } from "node:test";
import { listCues } from "../src/player/cues.js";
import { forgetRun, keepRun, nameRun, recallRun } from "../src/player/kept.js";
import { Player } from "../src/player/player.js";
import { Run } from "../src/player/run.js";
import { Beeper } from "../src/player/sound.js";
import { Tracker } from "../src/player/where.js";
import { describeNext, nameStep, sayStep, tellEnd } from "../src/player/words.js";

const LAT = 60;
const M = 1 / 111_195; // degrees of latitude in a metre
const north = (metres) => [LAT + metres * M, 25];
const LINE = [north(0), north(45)];
const step = (kind, duration_s, more = {}) => ({ kind, section: 0, duration_s, distance_m: 0, words: kind, ...more });
const back = (section) => step("backward", 30, { section, distance_m: 45, cue: "small steps" });
const STEPS = [step("warm-up", 300), step("look", 40), back(1), step("back", 60), back(2), step("cool-down", 120)];
const PLAN = { steps: STEPS, sections: [1, 2].map((section) => ({ section, line: LINE })) };

/** Clocks that a test moves: `go` lets both go, `sleep` the wall clock alone. */
function makeClocks() {
  const at = { steady: 1000, wall: 1_700_000_000_000 };
  return {
    steady: () => at.steady,
    wall: () => at.wall,
    go(ms) {
      at.steady += ms;
      at.wall += ms;
    },
    sleep(ms) {
      at.wall += ms;
    },
  };
}

function play(plan = PLAN, kept = null) {
  const clocks = makeClocks();
  const heard = { set: [], said: [], notes: [], buzzes: 0, played: [], kept: [], ended: 0 };
  const run = new Run(plan.steps, clocks, kept);
  const tracker = new Tracker();
  const player = new Player(plan, run, tracker, {
    beeper: {
      set: (cues) => heard.set.push(cues),
      play: (tone) => heard.played.push(tone),
      clear: () => heard.set.push([]),
    },
    say: (text) => text && heard.said.push(text),
    note: (text) => heard.notes.push(text),
    buzz: () => heard.buzzes++,
    keep: (numbers) => heard.kept.push(numbers),
    show: () => {},
    ended: () => heard.ended++,
    now: clocks.wall,
  });
  /** Let time go by in ticks of an uneven length, with a position before each where there is one. */
  const pass = (seconds, locate = () => null) => {
    for (let ms = 0; ms < seconds * 1000; ) {
      const tick = Math.min(170 + (ms % 70), seconds * 1000 - ms);
      clocks.go(tick);
      ms += tick;
      const fix = locate(ms / 1000);
      if (fix) tracker.take({ ...fix, at_ms: clocks.wall() });
      player.tick();
    }
  };
  player.start();
  return { player, run, tracker, clocks, heard, pass };
}

/** Play up to the beginning of the first section. */
function playToSection() {
  const played = play();
  played.pass(300);
  played.pass(20);
  played.player.skip(); // looked
  return played;
}

test("a section is counted in and out, on the dot", () => {
  const cues = listCues([step("recover", 60), back(2), step("cool-down", 10)], 0, 50);
  assert.deepEqual(cues, [
    { at_s: 7, tone: "ready" },
    { at_s: 8, tone: "ready" },
    { at_s: 9, tone: "ready" },
    { at_s: 10, tone: "go" },
    ...[35, 36, 37, 38, 39].map((at_s) => ({ at_s, tone: "count" })),
    { at_s: 40, tone: "end" },
    { at_s: 50, tone: "end" },
  ]);
});

test("nothing past is set, and nothing behind a look, which ends by a tap", () => {
  assert.deepEqual(listCues(STEPS, 0, 299), [{ at_s: 1, tone: "next" }]);
  assert.deepEqual(listCues(STEPS, 1, 5), []);
  assert.deepEqual(
    listCues(STEPS, 2, 27)
      .map(({ at_s }) => at_s)
      .slice(0, 4),
    [0, 1, 2, 3],
  );
});

test("beeps are set on the audio clock, and taken back", () => {
  const sounds = [];
  const node = () => ({ connect: (other) => other });
  const audio = {
    currentTime: 12.5,
    state: "running",
    createGain: () => ({ ...node(), gain: { setValueAtTime() {}, linearRampToValueAtTime() {} } }),
    createOscillator: () => {
      const sound = {
        ...node(),
        frequency: {},
        times: [],
        start: (t) => sound.times.push(t),
        stop: (t) => sound.times.push(t),
      };
      sounds.push(sound);
      return sound;
    },
  };
  const beeper = new Beeper(audio);
  beeper.set([
    { at_s: 3, tone: "ready" },
    { at_s: 6, tone: "go" },
  ]);
  assert.deepEqual(
    sounds.map(({ times }) => times[0]),
    [15.5, 18.5],
  );
  beeper.set([{ at_s: 1, tone: "end" }]);
  assert.deepEqual(
    sounds.map(({ times }) => times.at(-1)),
    [undefined, undefined, 14.5],
  );
  assert.ok(beeper.sounds);
  const silent = new Beeper(null);
  silent.set([{ at_s: 1, tone: "end" }]);
  assert.ok(!silent.sounds);
});

test("after 45 minutes of uneven ticks the time is right to a tenth of a second", () => {
  const steps = Array.from({ length: 30 }, (_, k) => (k % 2 ? step("recover", 97.3) : step("run on", 82.9)));
  const { run, pass, clocks } = play({ steps, sections: [] });
  const began = clocks.wall();
  pass(2700.4);
  assert.ok(Math.abs(run.elapsed_s - (clocks.wall() - began) / 1000) < 0.001);
  assert.ok(Math.abs(run.elapsed_s - 2700.4) < 0.1);
  assert.equal(run.index, 29);
  assert.ok(Math.abs(run.left_s - 2.6) < 0.1);
});

test("beeps of a step are set where they belong, to a tenth of a second, whatever the ticks", () => {
  const { heard, run, pass } = playToSection();
  const [go] = heard.set.at(-1);
  assert.equal(go.tone, "count");
  assert.ok(Math.abs(go.at_s - 25) < 0.1);
  pass(30 + 0.05);
  assert.equal(run.step.kind, "back");
  assert.ok(Math.abs(heard.set.at(-1).find(({ tone }) => tone === "go").at_s - 60) < 0.1);
});

test("a look waits for a tap, a pause stands still", () => {
  const { run, pass, player } = play();
  pass(300 + 500);
  assert.equal(run.step.kind, "look");
  assert.equal(run.left_s, null);
  player.pause();
  pass(1000);
  player.start();
  assert.ok(Math.abs(run.elapsed_s - 800) < 0.1);
  player.skip();
  assert.equal(run.step.section, 1);
});

test("where the page slept, the clock is right and it is said", () => {
  const { run, clocks, player, heard, pass } = play();
  pass(10);
  clocks.sleep(80_000); // the steady clock stands still in some browsers
  player.tick();
  assert.ok(Math.abs(run.elapsed_s - 90) < 0.01);
  assert.match(heard.notes.at(-1), /sleep for 1:20/);
  clocks.go(60_000); // in others it goes on
  player.tick();
  assert.ok(Math.abs(run.elapsed_s - 150) < 0.01);
  assert.match(heard.notes.at(-1), /sleep for 1:00/);
  assert.ok(heard.set.at(-1).length, "beeps are set anew");
});

test("a wall clock that is set back changes nothing", () => {
  const { run, clocks, pass } = play();
  pass(10);
  clocks.sleep(-3_600_000);
  pass(10);
  assert.ok(Math.abs(run.elapsed_s - 20) < 0.1);
});

test("sleeping over several steps ends in the one that is due, and never beyond a look", () => {
  const { run, clocks, player } = play();
  clocks.sleep(1_000_000);
  player.tick();
  assert.equal(run.step.kind, "look");
  player.skip();
  clocks.sleep(95_000);
  player.tick();
  assert.deepEqual([run.step.section, Math.round(run.ran_s)], [2, 5]);
});

test("the level's limits hold: rest stays, and nothing is run backwards beyond the plan", () => {
  const { run, pass, player, heard } = playToSection();
  pass(10);
  player.repeat();
  assert.match(heard.notes.at(-1), /no more time backwards/);
  assert.ok(run.ran_s > 9);
  player.skip();
  assert.equal(run.step.kind, "back");
  player.skip();
  assert.match(heard.notes.at(-1), /not cut short/);
  assert.equal(run.step.kind, "back");
  pass(60 + 15);
  player.repeat(); // 10 + 15 of 60 s are used, and 30 needed
  assert.equal(run.step.section, 2);
  assert.ok(run.ran_s < 0.1);
  pass(31);
  assert.ok(run.backward_s <= 60);
});

test("repeating a forward step begins it anew", () => {
  const { run, pass, player } = play();
  pass(100);
  player.repeat();
  assert.equal(run.ran_s, 0);
  assert.ok(run.elapsed_s > 99);
});

for (const accuracy_m of [3, 8]) {
  test(`known to ${accuracy_m} m, a section ends before its end, with 20 and 10 said`, () => {
    const { run, pass, heard } = playToSection();
    // Faster than planned: 45 m in 18 s.
    let reached = 0;
    pass(18, (s) => {
      if (run.step.kind === "backward") reached = 2.5 * s;
      return { point: north(2.5 * s), accuracy_m };
    });
    assert.equal(run.step.kind, "back");
    assert.ok(reached <= 45, "before the line's end");
    assert.ok(reached >= 45 - accuracy_m - 3);
    assert.deepEqual(
      heard.said.filter((text) => /^(20|10|Stop)$/.test(text)),
      ["20", "10", "Stop"],
    );
    assert.deepEqual(heard.played, ["near", "near", "end"]);
  });
}

test("known to 30 m, it goes by time alone and says so once", () => {
  const { run, pass, heard } = playToSection();
  pass(29, (s) => ({ point: north(2.5 * s), accuracy_m: 30 }));
  assert.equal(run.step.kind, "backward");
  pass(1.1);
  assert.equal(run.step.kind, "back");
  assert.equal(heard.notes.filter((text) => /not known to 8 m/.test(text)).length, 1);
});

test("a position that jumps to the end ends nothing", () => {
  const { run, pass, heard } = playToSection();
  pass(3, (s) => ({ point: north(1.5 * s), accuracy_m: 3 }));
  pass(0.2, () => ({ point: north(44), accuracy_m: 3 }));
  assert.equal(run.step.kind, "backward");
  assert.ok(heard.notes.some((text) => /jumps/.test(text)));
  pass(2, (s) => ({ point: north(5 + 1.5 * s), accuracy_m: 3 }));
  assert.equal(run.step.kind, "backward");
});

test("a position that is lost, and one beside the line, leave the section to its time", () => {
  const { run, pass, heard } = playToSection();
  pass(3, (s) => ({ point: north(1.5 * s), accuracy_m: 3 }));
  pass(10);
  assert.ok(heard.notes.some((text) => /lost/.test(text)));
  pass(5, (s) => ({ point: [LAT + (15 + 1.5 * s) * M, 25.0005], accuracy_m: 3 }));
  assert.ok(heard.notes.some((text) => /beside the section's line/.test(text)));
  assert.equal(run.step.kind, "backward");
  pass(13);
  assert.equal(run.step.kind, "back");
});

test("who is not at the start is waited for, with the countdown when he is there", () => {
  const { run, pass, heard, player } = playToSection();
  pass(30.1);
  pass(70, () => ({ point: north(45), accuracy_m: 4 }));
  assert.equal(run.step.kind, "back");
  assert.ok(run.held);
  assert.deepEqual(heard.set.at(-1), []);
  assert.match(heard.notes.at(-1), /starts 41 m from you/);
  pass(20, (s) => ({ point: north(45 - Math.min(45, 2.5 * s)), accuracy_m: 4 }));
  assert.equal(run.step.kind, "backward");
  assert.ok(heard.set.some((cues) => cues.filter(({ tone }) => tone === "ready").length === 3 && cues[0].at_s <= 1.1));
  player.finish();
  assert.equal(heard.ended, 1);
});

test("who is waited for may start all the same", () => {
  const { run, pass, player } = playToSection();
  pass(30.1);
  pass(70, () => ({ point: north(45), accuracy_m: 4 }));
  player.skip();
  assert.ok(!run.held);
});

test("a run is kept, and taken up again at its step for three hours", () => {
  const kept = new Map();
  const storage = () => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  });
  const name = nameRun({ route: "ab", steps: STEPS });
  const { heard } = playToSection();
  assert.ok(keepRun(storage, name, heard.kept.at(-1), 1000));
  const numbers = recallRun(storage, name, STEPS, 2000);
  const again = play(PLAN, numbers);
  assert.equal(again.run.step.section, 1);
  assert.ok(Math.abs(again.run.elapsed_s - 320) < 0.5);
  assert.equal(recallRun(storage, name, STEPS, 4 * 3_600_000), null);
  assert.equal(recallRun(storage, nameRun({ route: "ac", steps: STEPS }), STEPS, 2000), null);
  for (const broken of ["", "{}", '{"numbers": [99, 1, 1, 1]}', '{"numbers": [1, -1, 1, 1]}']) {
    kept.set("saferoute-run", broken);
    assert.equal(recallRun(storage, name, STEPS, 2000), null);
  }
  forgetRun(storage);
  assert.equal(kept.size, 0);
  const none = () => {
    throw new Error("no storage");
  };
  assert.equal(keepRun(none, name, [0, 0, 0, 0], 0), false);
  assert.equal(recallRun(none, name, STEPS, 0), null);
});

test("a session played through ends by itself, and tells what was run", () => {
  const { run, pass, player, heard } = playToSection();
  pass(30 + 60 + 30 + 120 + 0.5);
  assert.equal(run.state, "done");
  assert.equal(heard.ended, 1);
  assert.equal(heard.kept.at(-1), null);
  assert.equal(tellEnd(run, STEPS), "Done: 1:00 backwards (2 sections planned), 9:20 in all.");
  player.tick();
  assert.equal(run.skip(), false);
});

test("steps are named and said: nothing aloud while one runs backwards", () => {
  assert.equal(nameStep(STEPS[4], STEPS), "Backward 2 of 2");
  assert.equal(describeNext(STEPS, 0), "Next: Look at the stretch");
  assert.equal(describeNext(STEPS, 3), "Next: Backward 2 of 2, 0:30");
  assert.equal(describeNext(STEPS, 5), "Then you are done.");
  assert.equal(sayStep(STEPS, 2), "");
  const { heard } = playToSection();
  assert.deepEqual(heard.said, ["Warm-up. warm-up", "Look at the stretch. look"]);
});
