package dev.stoker.controller.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.DummyTrustManager;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.stoker.controller.notify.NotifySettings.Mail;
import dev.stoker.controller.notify.NotifySettings.MailTls;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Notices;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mail to a real SMTP server. */
class MailPostTest {
  private static final Notices.JobEnded ENDED =
      new Notices.JobEnded(
          "wabc",
          Notices.JOB_ENDED,
          "j123",
          "Shot 7 äöü\r\nBcc: x@evil.example",
          "film-a",
          "ann",
          Jobs.State.FAILED,
          "Step Render, task 3: The renderer exited with 7.",
          1_000,
          3_725_000,
          10,
          7,
          1,
          2);

  private GreenMail server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop();
    }
  }

  private Mail start(String protocol, MailTls tls, String user) {
    server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
    server.setUser("stoker@studio.example", "stoker", "mail-password");
    server.start();
    int port = protocol.equals("smtps") ? server.getSmtps().getPort() : server.getSmtp().getPort();
    return new Mail(
        "127.0.0.1",
        port,
        tls,
        user,
        user.isEmpty() ? "" : "mail-password",
        "stoker@studio.example",
        List.of(),
        Set.of(),
        Set.of());
  }

  @Test
  void peopleReadWhatEndedHowAndWhy() throws Exception {
    Mail mail = start("smtp", MailTls.NONE, "stoker");
    new MailPost(mail, SSLContext.getDefault())
        .send(List.of("ann@studio.example", "will@studio.example"), ENDED);
    MimeMessage[] got = server.getReceivedMessages();
    assertEquals(2, got.length);
    assertEquals("Shot 7 äöü  Bcc: x@evil.example failed", got[0].getSubject());
    assertEquals("<wabc@stoker>", got[0].getMessageID());
    assertEquals(2, got[0].getAllRecipients().length);
    String text = got[0].getContent().toString();
    assertTrue(text.contains("by ann"), text);
    assertTrue(text.contains("1h2m4s after it was submitted"), text);
    assertTrue(text.contains("Tasks: 10, of which 7 succeeded, 1 failed and 2 were canceled."));
    assertTrue(text.contains("The renderer exited with 7."), text);
    assertTrue(text.contains("stoker job show j123"), text);
  }

  @Test
  void mailIsNotSentInTheClearWhereTlsIsWanted() {
    Mail mail = start("smtp", MailTls.STARTTLS, "");
    var refused =
        assertThrows(
            MessagingException.class,
            () -> new MailPost(mail, trustAll()).send(List.of("ann@studio.example"), ENDED));
    assertTrue(refused.getMessage().contains("STARTTLS"), refused.getMessage());
    assertEquals(0, server.getReceivedMessages().length);
  }

  @Test
  void aServersCertificateIsHeldToItsName() {
    Mail mail = start("smtps", MailTls.IMPLICIT, "");
    assertThrows(
        MessagingException.class,
        () ->
            new MailPost(mail, SSLContext.getDefault()).send(List.of("ann@studio.example"), ENDED));
    assertEquals(0, server.getReceivedMessages().length);
  }

  private static SSLContext trustAll() throws GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new DummyTrustManager()}, null);
    return context;
  }
}
