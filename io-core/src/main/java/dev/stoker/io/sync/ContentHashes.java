package dev.stoker.io.sync;

import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Consumer;

/** Compares a file with what the destination stores of its content. Reads the file. */
final class ContentHashes {
  private static final int PIECE_BYTES = 1 << 20;

  private ContentHashes() {}

  /** Whether a stored hash says that the contents are equal; false where none is stored. */
  static boolean agree(LocalFile file, Existing there) {
    if (there.checksum() != null) {
      Xxh64 hash = new Xxh64();
      read(file, hash::update);
      return hash.text().equals(there.checksum());
    }
    return there.contentMd5() != null && md5Agrees(file, there);
  }

  static boolean md5Agrees(LocalFile file, Existing there) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      read(file, md5::update);
      return Base64.getEncoder().encodeToString(md5.digest()).equals(there.contentMd5());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has MD5 (MessageDigest).", e);
    }
  }

  /** Gives a file's bytes in pieces, in order. */
  static void read(LocalFile file, Consumer<ByteBuffer> each) {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    try (FileChannel channel = FileChannel.open(file.file(), StandardOpenOption.READ)) {
      while (channel.read(piece.clear()) >= 0) {
        each.accept(piece.flip());
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
