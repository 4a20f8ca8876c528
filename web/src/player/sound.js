// Beeps on the audio clock, set ahead of time: they sound on the dot even where the page's own timers are slowed down.

const TONES = {
  ready: [880, 0.12],
  go: [1320, 0.7],
  count: [660, 0.1],
  end: [440, 1],
  next: [587, 0.25],
  near: [990, 0.08],
};

export class Beeper {
  #audio;
  #set = [];

  /** @param {AudioContext|null} audio - what the browser has, null where it has none */
  constructor(audio) {
    this.#audio = audio;
  }

  /** Whether anything can be heard; browsers let a page sound only after a tap. */
  get sounds() {
    return this.#audio !== null && this.#audio.state === "running";
  }

  /** Ask the browser to let the page sound; to be called by a tap. */
  async wake() {
    if (this.#audio && this.#audio.state !== "running") await this.#audio.resume().catch(() => {});
  }

  /** Set beeps, in place of all that were set before. */
  set(cues) {
    this.clear();
    for (const { at_s, tone } of this.#audio ? cues : []) this.#add(at_s, tone);
  }

  /** Sound one beep now, besides those that are set. */
  play(tone) {
    if (this.#audio) this.#add(0, tone);
  }

  clear() {
    for (const sound of this.#set) sound.stop();
    this.#set = [];
  }

  #add(at_s, tone) {
    const [pitch, length] = TONES[tone];
    const [sound, volume] = [this.#audio.createOscillator(), this.#audio.createGain()];
    const start = this.#audio.currentTime + at_s;
    sound.frequency.value = pitch;
    // Without a slope at its end a tone clicks.
    volume.gain.setValueAtTime(0.6, start + length - 0.03);
    volume.gain.linearRampToValueAtTime(0, start + length);
    sound.connect(volume).connect(this.#audio.destination);
    sound.start(start);
    sound.stop(start + length);
    sound.onended = () => {
      this.#set = this.#set.filter((other) => other !== sound);
    };
    this.#set.push(sound);
  }
}
