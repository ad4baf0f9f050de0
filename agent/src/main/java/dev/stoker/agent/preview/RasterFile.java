package dev.stoker.agent.preview;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * PNG and JPEG files by the JDK's readers, which keep every n-th pixel while they decode: what is
 * in memory is about four times the picture's edges, however large the image is.
 */
final class RasterFile {
  /** Of 65,536 × 16,384 and the like; decoding more takes minutes. */
  private static final long MOST_PIXELS = 1L << 29;

  /** Source pixels kept for each pixel of the picture, along an edge. */
  private static final int KEPT = 4;

  /** sRGB, as files of eight bits nearly always are, to linear light. */
  private static final float[] LINEAR = new float[256];

  static {
    for (int i = 0; i < LINEAR.length; i++) {
      double encoded = i / 255.0;
      LINEAR[i] =
          (float) (encoded <= 0.04045 ? encoded / 12.92 : Math.pow((encoded + 0.055) / 1.055, 2.4));
    }
  }

  private RasterFile() {}

  static PixelSums read(Path file, String format, int longestEdge, Duration longest)
      throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
    try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
      // Metadata may unpack to any size and is of no use here.
      reader.setInput(in, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
        throw new IOException("An image of " + width + " × " + height + " pixels is too large.");
      }
      int keepEvery = Math.max(1, Math.max(width, height) / (longestEdge * KEPT));
      ImageReadParam param = reader.getDefaultReadParam();
      param.setSourceSubsampling(keepEvery, keepEvery, 0, 0);
      long endNanos = System.nanoTime() + longest.toNanos();
      reader.addIIOReadProgressListener(new Limit(endNanos));
      BufferedImage image = reader.read(0, param);
      if (System.nanoTime() - endNanos >= 0) {
        throw new IOException("It took too long.");
      }
      return sums(image, longestEdge);
    } finally {
      reader.dispose();
    }
  }

  private static PixelSums sums(BufferedImage image, int longestEdge) {
    var sums = new PixelSums(image.getWidth(), image.getHeight(), longestEdge);
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int x = 0; x < row.length; x++) {
        int argb = row[x];
        // What is seen through is black, as in a viewer.
        float alpha = (argb >>> 24) / 255f;
        sums.add(
            x,
            y,
            LINEAR[(argb >> 16) & 0xFF] * alpha,
            LINEAR[(argb >> 8) & 0xFF] * alpha,
            LINEAR[argb & 0xFF] * alpha);
      }
    }
    return sums;
  }

  /** Ends reading when it takes too long. */
  private record Limit(long endNanos) implements IIOReadProgressListener {
    @Override
    public void imageProgress(ImageReader source, float percentageDone) {
      if (System.nanoTime() - endNanos >= 0) {
        source.abort();
      }
    }

    @Override
    public void sequenceStarted(ImageReader source, int minIndex) {}

    @Override
    public void sequenceComplete(ImageReader source) {}

    @Override
    public void imageStarted(ImageReader source, int imageIndex) {}

    @Override
    public void imageComplete(ImageReader source) {}

    @Override
    public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

    @Override
    public void thumbnailProgress(ImageReader source, float percentageDone) {}

    @Override
    public void thumbnailComplete(ImageReader source) {}

    @Override
    public void readAborted(ImageReader source) {}
  }
}
