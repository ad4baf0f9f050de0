package dev.stoker.io.stage;

import java.util.Map;

/**
 * Stages of which a file was found damaged while it lay there; they stay listed until they are
 * taken away.
 *
 * @param version what to ask with for later news
 * @param sentences what happened, by stage id
 */
public record DamagedStages(long version, Map<String, String> sentences) {
  public DamagedStages {
    sentences = Map.copyOf(sentences);
  }
}
