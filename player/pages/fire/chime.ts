/** Two short tones. Browsers stay silent until somebody has clicked on the page; then nothing is heard, and no error. */
export const chime = (): void => {
  const audio = new AudioContext();
  for (const [index, pitchHz] of [880, 1175].entries()) {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()];
    const from = audio.currentTime + index * 0.25;
    tone.frequency.value = pitchHz;
    gain.gain.setValueAtTime(0.2, from);
    gain.gain.exponentialRampToValueAtTime(0.001, from + 0.22);
    tone.connect(gain).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.24);
  }
  setTimeout(() => void audio.close(), 1_000);
};
