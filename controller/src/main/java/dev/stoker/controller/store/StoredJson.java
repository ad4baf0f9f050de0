package dev.stoker.controller.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.stoker.controller.protocol.Wire;

/** Values kept as JSON in a column, in their wire form. */
final class StoredJson {
  private StoredJson() {}

  static String write(Object value) {
    try {
      return Wire.mapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new StoreException("Cannot write a " + value.getClass().getSimpleName() + ".", e);
    }
  }

  /** Writes a value as a type says: its own class does not know the elements of a list. */
  static <T> String write(T value, TypeReference<T> type) {
    try {
      return Wire.mapper().writerFor(type).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new StoreException("Cannot write a " + type.getType() + ".", e);
    }
  }

  static <T> T read(String json, Class<T> type) {
    try {
      return Wire.mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new StoreException(
          "Cannot read a stored " + type.getSimpleName() + "; restore the data folder.", e);
    }
  }

  static <T> T read(String json, TypeReference<T> type) {
    try {
      return Wire.mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new StoreException(
          "Cannot read a stored " + type.getType() + "; restore the data folder.", e);
    }
  }
}
