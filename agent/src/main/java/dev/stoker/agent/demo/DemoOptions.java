package dev.stoker.agent.demo;

import java.nio.file.Path;

/**
 * What the demo was asked for.
 *
 * @param frames how many frames to render, 1 to {@value #MOST_FRAMES}
 * @param out where frames, contact sheet and report go; created
 * @param data keeps scene, cache and emulated storage between runs
 * @param openBrowser whether to show the report when it is written
 * @param keep whether to leave the services up until the demo is closed
 * @param percent of the scene's resolution, 1 to 100
 */
public record DemoOptions(
    int frames,
    Path out,
    Path data,
    boolean openBrowser,
    boolean keep,
    Renderer renderer,
    int percent) {
  /** The scene's animation has that many. */
  public static final int MOST_FRAMES = 240;

  /** In percent. */
  public static final int WHOLE_RESOLUTION = 100;

  public DemoOptions {
    if (frames < 1 || frames > MOST_FRAMES) {
      throw new DemoFailure(
          "The demo's scene has "
              + MOST_FRAMES
              + " frames; --frames takes 1 to "
              + MOST_FRAMES
              + ".");
    }
    out = out.toAbsolutePath().normalize();
    data = data.toAbsolutePath().normalize();
  }
}
