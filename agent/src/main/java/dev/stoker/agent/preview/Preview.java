package dev.stoker.agent.preview;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Makes a small JPEG file of an image file. Thread-safe; blocks. */
public final class Preview {
  /** Of the longer side, in pixels. */
  static final int LONGEST_EDGE = 256;

  private static final int HEAD_BYTES = 8;

  /** A picture that is too large at one of these is tried at the next. */
  private static final float[] QUALITIES = {0.85f, 0.6f, 0.35f};

  private Preview() {}

  /** Whether a file's name promises an image that can be shown small. */
  public static boolean isPromising(String name) {
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    return lower.endsWith(".png")
        || lower.endsWith(".exr")
        || lower.endsWith(".jpg")
        || lower.endsWith(".jpeg");
  }

  /**
   * A JPEG file; empty where the image is none that is known here.
   *
   * @param longest how long it may take
   * @throws IOException when the file is damaged, too large, or takes too long
   */
  public static Optional<byte[]> of(Path file, int mostBytes, Duration longest) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD_BYTES);
    }
    PixelSums sums;
    try {
      if (startsWith(head, 0x76, 0x2F, 0x31, 0x01)) {
        sums = ExrReader.read(file, LONGEST_EDGE, longest);
      } else if (startsWith(head, 0x89, 'P', 'N', 'G')) {
        sums = RasterFile.read(file, "png", LONGEST_EDGE, longest);
      } else if (startsWith(head, 0xFF, 0xD8, 0xFF)) {
        sums = RasterFile.read(file, "jpeg", LONGEST_EDGE, longest);
      } else {
        return Optional.empty();
      }
    } catch (RuntimeException e) {
      // Decoders of the JDK meet some damage with what they feel like.
      throw new IOException("The image cannot be decoded: " + e, e);
    }
    return encoded(sums.toned(), mostBytes);
  }

  private static boolean startsWith(byte[] head, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (head.length <= i || (head[i] & 0xFF) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static Optional<byte[]> encoded(BufferedImage image, int mostBytes) throws IOException {
    for (float quality : QUALITIES) {
      byte[] file = encoded(image, quality);
      if (file.length <= mostBytes) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static byte[] encoded(BufferedImage image, float quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(quality);
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
