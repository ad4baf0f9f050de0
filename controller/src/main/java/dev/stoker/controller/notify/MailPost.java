package dev.stoker.controller.notify;

import dev.stoker.controller.notify.NotifySettings.Mail;
import dev.stoker.controller.notify.NotifySettings.MailTls;
import dev.stoker.controller.protocol.Notices;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import javax.net.ssl.SSLContext;

/** Sends what a job's end means to people, by Jakarta Mail. Thread-safe. */
final class MailPost {
  private static final String CONNECT_MILLIS = "10000";
  private static final String ANSWER_MILLIS = "20000";
  private static final int LONGEST_SUBJECT = 150;

  private final Mail mail;
  private final Session session;

  MailPost(Mail mail, SSLContext tls) {
    this.mail = mail;
    session = Session.getInstance(properties(mail, tls));
  }

  private static Properties properties(Mail mail, SSLContext tls) {
    var properties = new Properties();
    properties.put("mail.smtp.host", mail.host());
    properties.put("mail.smtp.port", Integer.toString(mail.port()));
    properties.put("mail.smtp.auth", Boolean.toString(!mail.user().isEmpty()));
    properties.put("mail.smtp.connectiontimeout", CONNECT_MILLIS);
    properties.put("mail.smtp.timeout", ANSWER_MILLIS);
    properties.put("mail.smtp.writetimeout", ANSWER_MILLIS);
    properties.put("mail.smtp.ssl.checkserveridentity", "true");
    properties.put("mail.smtp.ssl.socketFactory", tls.getSocketFactory());
    boolean startTls = mail.tls() == MailTls.STARTTLS;
    properties.put("mail.smtp.starttls.enable", Boolean.toString(startTls));
    properties.put("mail.smtp.starttls.required", Boolean.toString(startTls));
    properties.put("mail.smtp.ssl.enable", Boolean.toString(mail.tls() == MailTls.IMPLICIT));
    return properties;
  }

  /** Returns when the server has taken it. */
  void send(List<String> to, Notices.JobEnded ended) throws MessagingException {
    var message = new MimeMessage(session);
    message.setFrom(new InternetAddress(mail.from()));
    for (String each : to) {
      message.addRecipient(Message.RecipientType.TO, new InternetAddress(each));
    }
    message.setSubject(subject(ended), StandardCharsets.UTF_8.name());
    message.setSentDate(Date.from(Instant.ofEpochMilli(ended.endedMillis())));
    // The same each time it is tried, so that readers show it once.
    message.setHeader("X-Stoker-Delivery", ended.id());
    message.setHeader("Auto-Submitted", "auto-generated");
    message.setText(text(ended), StandardCharsets.UTF_8.name());
    message.saveChanges();
    message.setHeader("Message-ID", "<" + ended.id() + "@stoker>");
    try (Transport transport = session.getTransport("smtp")) {
      if (mail.user().isEmpty()) {
        transport.connect();
      } else {
        transport.connect(mail.host(), mail.port(), mail.user(), mail.password());
      }
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  private static String subject(Notices.JobEnded ended) {
    String name = ended.name().replaceAll("\\p{Cntrl}", " ");
    String subject = name + " " + ended.state().name().toLowerCase(Locale.ROOT);
    return subject.length() <= LONGEST_SUBJECT ? subject : subject.substring(0, LONGEST_SUBJECT);
  }

  private static String text(Notices.JobEnded ended) {
    Duration took = Duration.ofMillis(ended.endedMillis() - ended.submittedMillis());
    return """
    Job %s (%s) of project %s %s at %s, %s after it was submitted%s.

    Tasks: %d, of which %d succeeded, %d failed and %d were canceled.
    %s
    See 'stoker job show %s'.
    """
        .formatted(
            ended.jobId(),
            ended.name(),
            ended.project(),
            ended.state().name().toLowerCase(Locale.ROOT),
            Instant.ofEpochMilli(ended.endedMillis()).toString().replaceFirst("\\.\\d+Z$", "Z"),
            took.toString().substring(2).toLowerCase(Locale.ROOT),
            ended.submitter().isEmpty() ? "" : " by " + ended.submitter(),
            ended.tasks(),
            ended.succeeded(),
            ended.failed(),
            ended.canceled(),
            ended.message().isEmpty() ? "" : "\n" + ended.message() + "\n",
            ended.jobId());
  }
}
