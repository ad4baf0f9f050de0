package dev.stoker.io.pin;

/**
 * A file of which two versions were met by those who must read one.
 *
 * @param name {@code LOCATION/path}
 * @param pinned the version that is to be read
 * @param met the version that is there
 */
public record PinConflict(String name, String pinned, String met) {

  /** One sentence for a log. */
  public String sentence() {
    return "Cannot read %s: it is version %s by now, and version %s is what its reader keeps to."
        .formatted(name, met, pinned);
  }
}
