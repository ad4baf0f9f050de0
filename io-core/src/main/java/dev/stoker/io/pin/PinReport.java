package dev.stoker.io.pin;

import java.util.List;

/**
 * What a session keeps to.
 *
 * @param sheetId empty where the session goes by none, or the process was started anew since
 * @param next up to where its sheet was told
 * @param met some of what it read first and nobody was told of; the rest once these are told
 * @param conflicts of which it read, or was to read, another version
 */
public record PinReport(String sheetId, long next, List<Pin> met, List<PinConflict> conflicts) {
  public PinReport {
    met = List.copyOf(met);
    conflicts = List.copyOf(conflicts);
  }
}
