package dev.stoker.io.cache;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Replaces an index that is mostly history by one that says the same in as few records as it can.
 */
final class IndexRewrite {
  static final String SUFFIX = ".new";

  /** 512 MiB of data: a record's buffer stays at 64 KiB. */
  private static final int RECORD_GRAINS = 8192;

  private IndexRewrite() {}

  /** Writes the new index beside the old one and renames it over it; gives its size. */
  static long rewrite(Path indexPath, String identity, GrainMap map) throws IOException {
    Path fresh = indexPath.resolveSibling(indexPath.getFileName() + SUFFIX);
    ByteBuffer header = IndexFormat.header(identity, map.lengthBytes());
    long seed = IndexFormat.checksumOf(header);
    try (FileHandle out =
        FileHandle.open(fresh, 0600, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE)) {
      long end = header.remaining();
      out.write(header, 0);
      int grain = 0;
      while (grain < map.grains()) {
        int runEnd = map.runEnd(grain, map.grains());
        if (map.isPresent(grain)) {
          runEnd = Math.min(runEnd, grain + RECORD_GRAINS);
          ByteBuffer record = IndexFormat.present(grain, checksums(map, grain, runEnd), seed, end);
          int bytes = record.remaining();
          out.write(record, end);
          end += bytes;
        }
        grain = runEnd;
      }
      PosixFiles.rename(fresh, indexPath);
      return end;
    }
  }

  private static long[] checksums(GrainMap map, int first, int end) {
    long[] checksums = new long[end - first];
    for (int i = 0; i < checksums.length; i++) {
      checksums[i] = map.checksum(first + i);
    }
    return checksums;
  }
}
