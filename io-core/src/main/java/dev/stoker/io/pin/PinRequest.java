package dev.stoker.io.pin;

import java.util.List;

/**
 * What a session is to keep to.
 *
 * @param sessionId as its stage or root is named; before either is made
 * @param sheetId whose versions it reads: sessions of one id read the same; empty: only to learn
 *     what {@link PinReport} says
 * @param pins what others read
 * @param free {@code LOCATION/path} of files and folders that the session's own work changes: no
 *     version of what lies there is compared; counts when the session is first told of
 * @param next up to where those were told, counted by the caller; smaller than what is known: it
 *     stays
 */
public record PinRequest(
    String sessionId, String sheetId, List<String> free, List<Pin> pins, long next) {
  public PinRequest {
    free = List.copyOf(free);
    pins = List.copyOf(pins);
  }

  /** Only asks. */
  public static PinRequest look(String sessionId) {
    return new PinRequest(sessionId, "", List.of(), List.of(), 0);
  }
}
