package dev.stoker.io.source.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How often an issuer is asked for a new token. */
@Timeout(30)
class TokenAuthTest {
  private static final HttpOrigin STUDIO = HttpOrigin.parse("https://studio.blob.core.windows.net");
  private static final HttpCall CALL = HttpCall.of("GET", STUDIO, "/shots/a");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-29T12:00:00Z"));
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void anIssuerThatGivesShortLivedTokensIsAskedOnceInTwentySeconds() throws Exception {
    InstantSource clock = now::get;
    TokenSource source = () -> token("token-" + asked.incrementAndGet());
    TokenAuth auth =
        new TokenAuth("a node", STUDIO, source, token("first"), clock.withZone(ZoneOffset.UTC));
    requestOnFourThreads(auth);
    assertEquals(1, asked.get(), "all of them saw a token that ends within ten minutes");
    now.updateAndGet(instant -> instant.plus(Duration.ofSeconds(21)));
    requestOnFourThreads(auth);
    assertEquals(2, asked.get());
  }

  /** One that lasts for five minutes, within the ten in which a token is replaced. */
  private AccessToken token(String value) {
    return new AccessToken(value, now.get().plus(Duration.ofMinutes(5)));
  }

  /** Many requests at once, and as many after the refresh that they started. */
  private void requestOnFourThreads(TokenAuth auth) throws InterruptedException {
    int before = asked.get();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    int left = 10_000;
                    while (left > 0) {
                      auth.authorize(CALL);
                      if (asked.get() > before) {
                        left--;
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
