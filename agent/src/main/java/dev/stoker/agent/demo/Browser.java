package dev.stoker.agent.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Shows a page to whoever sits before a screen. */
final class Browser {
  private Browser() {}

  /** Does nothing where there is no screen or nothing to open pages with. */
  static void show(Path page, Map<String, String> environment) {
    if (!environment.containsKey("DISPLAY") && !environment.containsKey("WAYLAND_DISPLAY")) {
      return;
    }
    try {
      new ProcessBuilder("xdg-open", page.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      System.getLogger(Browser.class.getName())
          .log(System.Logger.Level.DEBUG, "No browser was opened: " + e.getMessage());
    }
  }
}
