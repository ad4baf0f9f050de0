package dev.stoker.agent.demo;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** All frames in one picture. Draws no text, so that it needs no fonts. */
final class ContactSheet {
  private static final int CELL_WIDTH = 480;
  private static final int GAP = 12;
  private static final int CORNER = 14;
  private static final Color TABLE = new Color(0x14171C);

  private ContactSheet() {}

  static void write(List<Path> frames, Path target) throws IOException {
    List<BufferedImage> cells = new ArrayList<>();
    for (Path frame : frames) {
      cells.add(scaled(read(frame), CELL_WIDTH));
    }
    int columns = columns(cells.size());
    int rows = (cells.size() + columns - 1) / columns;
    int cellHeight = cells.getFirst().getHeight();
    BufferedImage sheet =
        new BufferedImage(
            GAP + columns * (CELL_WIDTH + GAP),
            GAP + rows * (cellHeight + GAP),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = sheet.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setColor(TABLE);
    pen.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int i = 0; i < cells.size(); i++) {
      int x = GAP + i % columns * (CELL_WIDTH + GAP);
      int y = GAP + i / columns * (cellHeight + GAP);
      pen.setClip(new RoundRectangle2D.Double(x, y, CELL_WIDTH, cellHeight, CORNER, CORNER));
      pen.drawImage(cells.get(i), x, y, null);
    }
    pen.dispose();
    ImageIO.write(sheet, "png", target.toFile());
  }

  /** A small JPEG of a frame, for the report. */
  static byte[] thumbnail(Path frame) throws IOException {
    BufferedImage small = scaled(read(frame), CELL_WIDTH);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(small, "jpeg", out);
    return out.toByteArray();
  }

  static BufferedImage read(Path frame) throws IOException {
    BufferedImage image = ImageIO.read(frame.toFile());
    if (image == null) {
      throw new IOException("Cannot read " + frame + ": it is no picture that Java knows.");
    }
    return image;
  }

  private static int columns(int count) {
    if (count <= 3) {
      return count;
    }
    return count <= 6 ? (count + 1) / 2 : count <= 24 ? 4 : 6;
  }

  /** Halves until close, then draws once: a single bilinear step would skip pixels. */
  private static BufferedImage scaled(BufferedImage image, int width) {
    BufferedImage from = image;
    while (from.getWidth() >= 2 * width) {
      from = drawn(from, from.getWidth() / 2);
    }
    return drawn(from, width);
  }

  private static BufferedImage drawn(BufferedImage from, int width) {
    int height = Math.max(1, Math.round(from.getHeight() * (float) width / from.getWidth()));
    BufferedImage to = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = to.createGraphics();
    pen.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    pen.drawImage(from, 0, 0, width, height, null);
    pen.dispose();
    return to;
  }
}
