package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.spanmatch.activations.ActivationsException;

/**
 * Checks that every key is in exactly one row of each source.
 *
 * @param key the key
 * @param sources what messages call the sources
 */
record KeyCheck(Key key, List<String> sources) {
  private static final String ROWS = "rows";

  /** What may be wrong with a key in a source. */
  private enum Fault {
    NULL,
    REPEATED,
    ABSENT
  }

  /**
   * Returns the number of samples. Takes one job, which reads no other columns than the key's.
   *
   * @param rows those of all sources
   */
  long samples(Dataset<Row> rows) {
    Column[] perKey =
        IntStream.range(0, sources.size())
            .mapToObj(i -> count(when(col(Schema.SOURCE).equalTo(i), 1)).as(ROWS + i))
            .toArray(Column[]::new);
    List<Column> faults = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      for (int source = 0; source < sources.size(); source++) {
        Column isFaulty = isIn(fault, source);
        faults.add(sum(when(isFaulty, fault == Fault.NULL ? col(ROWS + source) : lit(1L))));
        faults.add(min(when(isFaulty, struct(key.columns()))));
      }
    }
    Row found =
        rows.groupBy(key.columns())
            .agg(count(lit(1)), perKey)
            .agg(count(lit(1)), faults.toArray(Column[]::new))
            .head();
    int column = 1;
    for (Fault fault : Fault.values()) {
      for (int source = 0; source < sources.size(); source++, column += 2) {
        if (!found.isNullAt(column)) {
          throw problem(fault, source, found.getLong(column), found.getStruct(column + 1));
        }
      }
    }
    return found.getLong(0);
  }

  /** Whether a key, which is in some number of rows of a source, is at fault there. */
  private Column isIn(Fault fault, int source) {
    Column rows = col(ROWS + source);
    return switch (fault) {
      case NULL -> key.isMissing().and(rows.gt(0));
      case REPEATED -> not(key.isMissing()).and(rows.gt(1));
      case ABSENT -> not(key.isMissing()).and(rows.equalTo(0));
    };
  }

  private ActivationsException problem(Fault fault, int source, long count, Row example) {
    List<Object> values = IntStream.range(0, key.parts().size()).mapToObj(example::get).toList();
    String such = ", such as " + key.name(values);
    return new ActivationsException(
        sources.get(source)
            + ": "
            + switch (fault) {
              case NULL -> "expected a key in every row, found null in " + count + " of them";
              case REPEATED ->
                  "expected every key once, found " + count + " in several rows" + such;
              case ABSENT ->
                  "expected the keys of "
                      + sources.get(sources.size() - 1 - source)
                      + ", "
                      + count
                      + " of them are missing"
                      + such;
            });
  }
}
