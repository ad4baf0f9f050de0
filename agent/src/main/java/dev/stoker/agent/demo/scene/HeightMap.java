package dev.stoker.agent.demo.scene;

import java.util.stream.IntStream;

/** The landscape's heights on a grid, interpolated between: some hundred times cheaper to ask. */
final class HeightMap {
  private final int cells;
  private final float[] heights;

  /**
   * @param cells along each side
   */
  HeightMap(Landscape land, int cells) {
    this.cells = cells;
    heights = new float[(cells + 1) * (cells + 1)];
    IntStream.rangeClosed(0, cells)
        .parallel()
        .forEach(
            row -> {
              double y = Noise.mix(Landscape.SOUTH, Landscape.NORTH, row / (double) cells);
              for (int column = 0; column <= cells; column++) {
                double x = Noise.mix(Landscape.WEST, Landscape.EAST, column / (double) cells);
                heights[row * (cells + 1) + column] = (float) land.height(x, y);
              }
            });
  }

  double height(double x, double y) {
    double u = place(x, Landscape.WEST, Landscape.EAST);
    double v = place(y, Landscape.SOUTH, Landscape.NORTH);
    int column = Math.min((int) u, cells - 1);
    int row = Math.min((int) v, cells - 1);
    double low = Noise.mix(at(column, row), at(column + 1, row), u - column);
    double high = Noise.mix(at(column, row + 1), at(column + 1, row + 1), u - column);
    return Noise.mix(low, high, v - row);
  }

  /** Rise per metre, across about one cell. */
  double steepness(double x, double y) {
    double e = 0.8;
    double dx = (height(x + e, y) - height(x - e, y)) / (2 * e);
    double dy = (height(x, y + e) - height(x, y - e)) / (2 * e);
    return Math.hypot(dx, dy);
  }

  private double place(double value, double from, double to) {
    return Math.clamp((value - from) / (to - from) * cells, 0.0, cells);
  }

  private double at(int column, int row) {
    return heights[row * (cells + 1) + column];
  }
}
