package dev.stoker.agent.demo.scene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A grid of quads bent into a shape, as landscape.py reads it: little-endian vertex and quad
 * counts, then positions (3 floats a vertex), corners (4 ints a quad) and texture coordinates (2
 * floats a corner).
 */
final class QuadMesh {
  /** A point of the surface for u and v from 0 to 1. */
  @FunctionalInterface
  interface Surface {
    double[] at(double u, double v);
  }

  private QuadMesh() {}

  static void write(Path file, int columns, int rows, Surface surface) throws IOException {
    int vertices = (columns + 1) * (rows + 1);
    int quads = columns * rows;
    ByteBuffer out =
        ByteBuffer.allocate(8 + vertices * 12 + quads * (16 + 32)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(vertices).putInt(quads);
    for (int row = 0; row <= rows; row++) {
      for (int column = 0; column <= columns; column++) {
        double[] point = surface.at(column / (double) columns, row / (double) rows);
        out.putFloat((float) point[0]).putFloat((float) point[1]).putFloat((float) point[2]);
      }
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int corner = row * (columns + 1) + column;
        out.putInt(corner).putInt(corner + 1);
        out.putInt(corner + columns + 2).putInt(corner + columns + 1);
      }
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        float u0 = column / (float) columns;
        float u1 = (column + 1) / (float) columns;
        float v0 = row / (float) rows;
        float v1 = (row + 1) / (float) rows;
        out.putFloat(u0).putFloat(v0).putFloat(u1).putFloat(v0);
        out.putFloat(u1).putFloat(v1).putFloat(u0).putFloat(v1);
      }
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      out.flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }
  }
}
