package dev.stoker.io.mount;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * Prints the CRC-32 of a mapped file. A process of its own: a page fault that this process had to
 * answer itself would wait for a thread that the fault holds up.
 */
final class MappedReader {
  private MappedReader() {}

  public static void main(String[] files) throws IOException {
    for (String file : files) {
      try (FileChannel channel = FileChannel.open(Path.of(file))) {
        ByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        CRC32 crc = new CRC32();
        crc.update(map);
        System.out.println(crc.getValue());
      }
    }
  }
}
