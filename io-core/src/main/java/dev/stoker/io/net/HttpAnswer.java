package dev.stoker.io.net;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A complete answer with a small body. Immutable: nobody changes the body's bytes. */
public final class HttpAnswer {
  private final AnswerHead head;
  private final byte[] body;

  HttpAnswer(AnswerHead head, byte[] body) {
    this.head = head;
    this.body = body;
  }

  public int status() {
    return head.status();
  }

  /** The value of the first field of that name, in any case, or null. */
  public @Nullable String header(String name) {
    return head.header(name);
  }

  public AnswerHead head() {
    return head;
  }

  /** The body as it came. The caller must not change it. */
  public byte[] body() {
    return body;
  }

  /** The body as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return status() + " with " + body.length + " bytes";
  }
}
