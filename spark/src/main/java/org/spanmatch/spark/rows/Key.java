package org.spanmatch.spark.rows;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The columns that say which sample a row holds. Integers of any width are equal keys if they are
 * equal numbers.
 *
 * @param parts its columns in their order, at least one
 */
record Key(List<Part> parts) implements Serializable {
  private static final String PREFIX = "key";

  /**
   * A column of the key.
   *
   * @param name its name
   * @param isText whether it holds text; otherwise integers
   */
  record Part(String name, boolean isText) implements Serializable {}

  /** The columns of the key, by the names that they have after the rows were read. */
  Column[] columns() {
    Column[] columns = new Column[parts.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = functions.col(PREFIX + i);
    }
    return columns;
  }

  /** Gives the values of a part a name and, if they are integers, a common type. */
  Column column(int part, Column values) {
    return (parts.get(part).isText() ? values : values.cast("bigint")).as(PREFIX + part);
  }

  /** Whether a row has no key. */
  Column isMissing() {
    Column missing = functions.lit(false);
    for (Column column : columns()) {
      missing = missing.or(column.isNull());
    }
    return missing;
  }

  /** Copies the key of a row whose columns are this key's from some position on. */
  List<Object> of(InternalRow row, int first) {
    List<Object> values = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      values.add(
          parts.get(i).isText() ? row.getUTF8String(first + i).clone() : row.getLong(first + i));
    }
    return values;
  }

  /** Whether a row has a key. */
  boolean isOf(InternalRow row, int first, List<Object> values) {
    for (int i = 0; i < parts.size(); i++) {
      boolean isEqual =
          parts.get(i).isText()
              ? values.get(i).equals(row.getUTF8String(first + i))
              : (long) values.get(i) == row.getLong(first + i);
      if (!isEqual) {
        return false;
      }
    }
    return true;
  }

  /** What messages call a key, such as "document 'a', token 7". */
  String name(List<?> values) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Object value = values.get(i);
      boolean isQuoted = value instanceof String || value instanceof UTF8String;
      names.add(parts.get(i).name() + " " + (isQuoted ? "'" + value + "'" : value));
    }
    return String.join(", ", names);
  }
}
