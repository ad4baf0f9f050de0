package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.JobProgress;
import dev.stoker.controller.http.Answer;
import dev.stoker.controller.http.Incoming;
import dev.stoker.controller.web.Mailbox;
import dev.stoker.controller.web.PageFiles;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers of the page that are not JSON: its files, pictures, events. */
final class PageAnswers {
  private static final Map<String, String> HEADERS =
      Map.of("Cache-Control", "no-store", "X-Content-Type-Options", "nosniff");

  private final PageFiles files = new PageFiles();

  /** The file at the path, null where there is none. */
  @Nullable Answer file(Incoming incoming) {
    PageFiles.PageFile file = files.find(incoming.path()).orElse(null);
    if (file == null) {
      return null;
    }
    Map<String, String> headers = new HashMap<>(PageFiles.HEADERS);
    headers.put("ETag", file.etag());
    boolean known = file.etag().equals(incoming.header("If-None-Match"));
    return new Answer.Whole(
        known ? 304 : 200, file.type(), headers, known ? new byte[0] : file.bytes());
  }

  static Answer picture(JobProgress.Picture picture) {
    return new Answer.Whole(200, picture.type(), HEADERS, picture.bytes());
  }

  /** Writes what the feed puts into a mailbox, until either side ends. */
  static Answer stream(Mailbox mailbox) {
    return new Answer.Stream(
        200,
        "text/event-stream",
        HEADERS,
        outlet -> {
          try {
            for (String text = mailbox.take(); text != null; text = mailbox.take()) {
              outlet.send(text.getBytes(StandardCharsets.UTF_8));
            }
          } finally {
            mailbox.end();
          }
        });
  }
}
