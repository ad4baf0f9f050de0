package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.ThumbnailRows;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Which pictures are kept, and for how long: they are for the eye, so nothing ever fails for one.
 */
final class Thumbnails {
  /** About 200,000 pictures of 8 KB. */
  static final long CEILING_BYTES = 2L << 30;

  /** Base64 of the largest picture. */
  private static final int LONGEST = Math.ceilDiv(Commit.LARGEST_THUMBNAIL, 3) * 4;

  private static final int LONGEST_DESTINATION = 8_192;

  /** Changes in one round; more wait for the next. */
  private static final int MOST_ROUNDS = 50;

  private final Room room;

  Thumbnails(Parts parts) {
    room = new Room(parts.store(), QueueRows::thumbnails, MOST_ROUNDS);
  }

  /** Those worth keeping: small, of this manifest, and really JPEG or PNG files. */
  static List<ThumbnailRows.Picture> usable(Commit.Request request) {
    List<String> destinations =
        request.manifest().outputs().stream().map(Commit.Output::destination).toList();
    return request.thumbnails().stream()
        .filter(thumbnail -> thumbnail.image() != null && thumbnail.image().length() <= LONGEST)
        .filter(
            thumbnail ->
                thumbnail.destination() != null
                    && thumbnail.destination().length() <= LONGEST_DESTINATION
                    && destinations.contains(thumbnail.destination()))
        .limit(Commit.MOST_THUMBNAILS)
        .filter(thumbnail -> isPicture(thumbnail.image()))
        .map(thumbnail -> new ThumbnailRows.Picture(thumbnail.destination(), thumbnail.image()))
        .toList();
  }

  private static boolean isPicture(String image) {
    try {
      byte[] file = Base64.getDecoder().decode(image);
      return file.length <= Commit.LARGEST_THUMBNAIL && mediaType(file).isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** By its first bytes; what a browser is told is never taken from an agent. */
  static Optional<String> mediaType(byte[] file) {
    if (startsWith(file, 0xFF, 0xD8, 0xFF)) {
      return Optional.of("image/jpeg");
    }
    return startsWith(file, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')
        ? Optional.of("image/png")
        : Optional.empty();
  }

  private static boolean startsWith(byte[] file, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (file.length <= i || (file[i] & 0xFF) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /** Removes the oldest until the rest fits. */
  void makeRoom(long ceilingBytes) {
    room.make(ceilingBytes);
  }

  long bytes() {
    return room.bytes();
  }
}
