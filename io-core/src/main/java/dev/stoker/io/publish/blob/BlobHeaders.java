package dev.stoker.io.publish.blob;

import dev.stoker.io.net.HttpHeader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a new blob says of itself.
 *
 * @param contentType media type
 * @param marks what we note beside the content
 */
public record BlobHeaders(String contentType, BlobMarks marks) {

  List<HttpHeader> under(BlobCondition condition) {
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(new HttpHeader("x-ms-blob-content-type", contentType));
    mark(headers, BlobMarks.FENCE, marks.fence());
    mark(headers, BlobMarks.CHECKSUM, marks.checksum());
    mark(headers, BlobMarks.MODIFIED, marks.modified());
    switch (condition) {
      case BlobCondition.Always always -> {}
      case BlobCondition.Absent absent -> headers.add(new HttpHeader("If-None-Match", "*"));
      case BlobCondition.Unchanged(String etag) -> headers.add(new HttpHeader("If-Match", etag));
    }
    return headers;
  }

  private static void mark(List<HttpHeader> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.add(new HttpHeader("x-ms-meta-" + name, value));
    }
  }
}
