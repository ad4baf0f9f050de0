package dev.stoker.controller.notify;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.dispatch.NoticeDesk;
import dev.stoker.controller.notify.NotifySettings.Mail;
import dev.stoker.controller.observe.ControllerMetrics;
import dev.stoker.controller.protocol.Notices;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.NoticeRow;
import dev.stoker.controller.store.StoreException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Delivers what is to be told: takes it out of the store for a while, sends it, and says how that
 * went. A controller that dies between the two leaves it to be sent again, under the same id.
 * Failures are tried again after 5 s, 10 s, 20 s … 5 min, until the deadline.
 */
public final class Courier implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Courier.class.getName());

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** So that one receiver that is slow holds up half at most. */
  private static final int THREADS = 2;

  /** Longer than the longest try, which is mail's; after a crash it is sent again that late. */
  private static final Duration MINE = Duration.ofMinutes(2);

  private static final Duration END = Duration.ofSeconds(2);

  private final NotifySettings settings;
  private final NoticeDesk desk;
  private final InstantSource clock;
  private final Destinations destinations;
  private final WebPost web;
  private final @Nullable MailPost mail;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Thread> threads;

  private final LongAdder delivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder givenUp = new LongAdder();

  private Courier(NotifySettings settings, NoticeDesk desk, InstantSource clock, SSLContext tls) {
    this.settings = settings;
    this.desk = desk;
    this.clock = clock;
    destinations = new Destinations(settings.allowed());
    web = new WebPost(tls);
    Mail known = settings.mail();
    mail = known == null ? null : new MailPost(known, tls);
    threads =
        IntStream.range(0, THREADS)
            .mapToObj(i -> Thread.ofPlatform().name("courier-" + i).daemon().unstarted(this::run))
            .toList();
  }

  /**
   * Starts delivering.
   *
   * @param trust verifies receivers; null for the certificates that Java trusts
   */
  public static Courier start(
      NotifySettings settings, NoticeDesk desk, InstantSource clock, @Nullable SSLContext trust) {
    try {
      Courier courier =
          new Courier(settings, desk, clock, trust == null ? SSLContext.getDefault() : trust);
      courier.threads.forEach(Thread::start);
      return courier;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has TLS.", e);
    }
  }

  /** Has what it does counted. */
  public void register(ControllerMetrics metrics) {
    metrics.count(
        "stoker_controller_notices_delivered_total", "Words of jobs' ends delivered", delivered);
    metrics.count("stoker_controller_notices_failed_total", "Tries to deliver that failed", failed);
    metrics.count(
        "stoker_controller_notices_given_up_total", "Words of jobs' ends given up", givenUp);
  }

  private void run() {
    try {
      while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          Optional<NoticeRow> due = desk.take(MINE);
          while (due.isPresent()) {
            deliver(due.get());
            due = closing.getCount() == 0 ? Optional.empty() : desk.take(MINE);
          }
        } catch (StoreException e) {
          LOG.log(Level.DEBUG, "Nothing is told while the database is away: {0}", e.getMessage());
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "Cannot tell that a job ended; trying again.", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver(NoticeRow notice) {
    Optional<Destination> destination = settings.destination(notice.target());
    if (destination.isEmpty()) {
      giveUp(notice, "nobody", "the configuration no longer says where it goes");
      return;
    }
    String label = destination.get().label();
    try {
      int status = send(destination.get(), notice);
      if (status / 100 == 2) {
        delivered.increment();
        desk.over(notice, label, status);
      } else if (status / 100 == 4 && status != 408 && status != 429) {
        giveUp(notice, label, "it answered " + status);
      } else {
        again(notice, label, "it answered " + status);
      }
    } catch (Destinations.Forbidden e) {
      giveUp(notice, label, String.valueOf(e.getMessage()));
    } catch (IOException | MessagingException e) {
      // The type alone where a message may quote an address.
      again(notice, label, e.getClass().getSimpleName());
    }
  }

  private int send(Destination destination, NoticeRow notice)
      throws IOException, MessagingException {
    return switch (destination) {
      case Destination.Web hook -> {
        long seconds = clock.instant().getEpochSecond();
        Map<String, String> signed =
            hook.secret().isEmpty()
                ? Map.of()
                : Map.of(Signature.HEADER, Signature.of(hook.secret(), seconds, notice.body()));
        Map<String, String> headers = new TreeMap<>(signed);
        headers.put("Stoker-Delivery", notice.id());
        yield web.post(hook.url(), destinations.of(hook.url().getHost()), headers, notice.body());
      }
      case Destination.Letter letter -> {
        if (mail == null) {
          throw new Destinations.Forbidden("'notify.mail' says no server");
        }
        mail.send(letter.to(), ended(notice));
        yield 200;
      }
    };
  }

  private static Notices.JobEnded ended(NoticeRow notice) {
    try {
      return Wire.mapper().readValue(notice.body(), Notices.JobEnded.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Notice " + notice.id() + " is broken.", e);
    }
  }

  private void again(NoticeRow notice, String label, String why) {
    failed.increment();
    Duration pause = pause(notice.tries());
    long next = clock.millis() + pause.toMillis();
    if (next > notice.createdMillis() + settings.deadline().toMillis()) {
      giveUp(notice, label, why + ", and its deadline of " + settings.deadline() + " is over");
      return;
    }
    LOG.log(
        Level.WARNING,
        "Cannot deliver notice {0} to {1}: {2}; trying again in {3} s.",
        notice.id(),
        label,
        why,
        pause.toSeconds());
    desk.again(notice, pause);
  }

  private static Duration pause(int tries) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.clamp(tries - 1L, 0, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private void giveUp(NoticeRow notice, String label, String why) {
    givenUp.increment();
    LOG.log(Level.WARNING, "Gave up notice {0} to {1}: {2}.", notice.id(), label, why);
    desk.over(notice, label, 504);
  }

  @Override
  public void close() {
    closing.countDown();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
