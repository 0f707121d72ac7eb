// Looks through the camera until it has read a code.
import { codeIn } from "./picture.js";

const BETWEEN_LOOKS = 150; // milliseconds
let stream = null;

/** Shows the camera in `video` and calls `found(text)` once. Throws where the camera is refused. */
export async function look(video, found) {
  const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 1280 } };
  const mine = (stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false }));
  video.srcObject = mine;
  await video.play();
  (async () => {
    while (stream === mine) {
      const text = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight, { quick: true }) : null;
      if (text && stream === mine) return found(text);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
    }
  })();
}

export function lookAway(video) {
  for (const track of stream ? stream.getTracks() : []) track.stop();
  stream = null;
  video.srcObject = null;
}
