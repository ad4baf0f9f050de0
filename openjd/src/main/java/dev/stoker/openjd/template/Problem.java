package dev.stoker.openjd.template;

/**
 * One thing that is wrong with a template.
 *
 * @param path where, spelt {@code steps[0] -> script -> actions -> onRun}; empty for the whole
 * @param message what, as a sentence
 */
public record Problem(String path, String message) {
  @Override
  public String toString() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
