package dev.stoker.agent.demo.scene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes OpenEXR: one part, scan lines, half floats, uncompressed (OpenEXR File Layout, 2.0).
 * Enough for a light that an 8-bit picture cannot hold.
 */
final class ExrFile {
  private static final int MAGIC = 20000630;

  private ExrFile() {}

  /** A pixel's red, green and blue; y grows downwards. */
  @FunctionalInterface
  interface Pixels {
    float[] at(int x, int y);
  }

  static void write(Path file, int width, int height, Pixels pixels) throws IOException {
    int lineBytes = width * 3 * 2;
    ByteBuffer out =
        ByteBuffer.allocate(1024 + height * (16 + lineBytes)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(2);
    header(out, width, height);
    int firstLine = out.position() + height * 8;
    for (int y = 0; y < height; y++) {
      out.putLong(firstLine + (long) y * (8 + lineBytes));
    }
    for (int y = 0; y < height; y++) {
      out.putInt(y).putInt(lineBytes);
      int line = out.position();
      for (int x = 0; x < width; x++) {
        float[] rgb = pixels.at(x, y);
        // Channels lie one after the other, in alphabetical order: B, G, R.
        for (int channel = 0; channel < 3; channel++) {
          out.putShort(line + (channel * width + x) * 2, Float.floatToFloat16(rgb[2 - channel]));
        }
      }
      out.position(line + lineBytes);
    }
    Files.write(file, Arrays.copyOf(out.array(), out.position()));
  }

  private static void header(ByteBuffer out, int width, int height) {
    attribute(out, "channels", "chlist", 3 * 18 + 1);
    for (String name : new String[] {"B", "G", "R"}) {
      text(out, name);
      out.putInt(1).putInt(0).putInt(1).putInt(1); // half, not linear, sampled at every pixel
    }
    out.put((byte) 0);
    attribute(out, "compression", "compression", 1);
    out.put((byte) 0);
    for (String window : new String[] {"dataWindow", "displayWindow"}) {
      attribute(out, window, "box2i", 16);
      out.putInt(0).putInt(0).putInt(width - 1).putInt(height - 1);
    }
    attribute(out, "lineOrder", "lineOrder", 1);
    out.put((byte) 0);
    attribute(out, "pixelAspectRatio", "float", 4);
    out.putFloat(1);
    attribute(out, "screenWindowCenter", "v2f", 8);
    out.putFloat(0).putFloat(0);
    attribute(out, "screenWindowWidth", "float", 4);
    out.putFloat(1);
    out.put((byte) 0);
  }

  private static void attribute(ByteBuffer out, String name, String type, int lengthBytes) {
    text(out, name);
    text(out, type);
    out.putInt(lengthBytes);
  }

  private static void text(ByteBuffer out, String text) {
    out.put(text.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
  }
}
