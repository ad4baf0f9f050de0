package dev.stoker.agent.demo;

import java.util.Locale;

/** What the demo renders with. */
public enum Renderer {
  BLENDER,
  POVRAY;

  /** As it is called on the command line and on PATH. */
  public String command() {
    return name().toLowerCase(Locale.ROOT);
  }
}
