package org.spanmatch.spark.rows;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.spark.gram.Shard;
import scala.Tuple2;

/**
 * Cuts sorted rows into runs and those into batches, while they are read. The rows are reused by
 * Spark: each is gone when the next one has been fetched.
 */
final class RowRuns implements Iterator<Tuple2<Integer, Iterator<Shard>>> {
  private final Samples layout;
  private final Iterator<InternalRow> rows;
  private InternalRow row; // null at the end
  private int run = -1;

  private RowRuns(Samples layout, Iterator<InternalRow> rows) {
    this.layout = layout;
    this.rows = rows;
    advance();
  }

  /** A function of the rows of a partition, sorted by run, key and source. */
  static PairFlatMapFunction<Iterator<InternalRow>, Integer, Iterator<Shard>> of(Samples layout) {
    return rows -> new RowRuns(layout, rows);
  }

  @Override
  public boolean hasNext() {
    if (isInRun()) {
      throw new IllegalStateException("run " + run + " has to be read to its end before the next");
    }
    return row != null;
  }

  @Override
  public Tuple2<Integer, Iterator<Shard>> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    run = row.getInt(Samples.RUN);
    return new Tuple2<>(run, new Batches());
  }

  private void advance() {
    row = rows.hasNext() ? rows.next() : null;
  }

  private boolean isInRun() {
    return row != null && row.getInt(Samples.RUN) == run;
  }

  private final class Batches implements Iterator<Shard> {
    private final int own = run;
    private long read; // samples

    @Override
    public boolean hasNext() {
      return run == own && isInRun();
    }

    @Override
    public Shard next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Batch batch = new Batch(layout);
      while (!batch.isFull() && isInRun()) {
        read(batch);
      }
      return batch;
    }

    private void read(Batch batch) {
      List<Object> key = layout.key().of(row, Samples.KEY);
      batch.begin(key);
      for (int source = 0; source < layout.sources(); source++) {
        if (!isInRun()
            || row.getInt(Samples.SOURCE) != source
            || !layout.key().isOf(row, Samples.KEY, key)) {
          throw new ActivationsException(
              layout.layers().get(source).source()
                  + ": expected the rows whose keys were checked, found none with "
                  + layout.key().name(key)
                  + " when they were read again");
        }
        layout.layersOf(source).forEach(layer -> put(batch, layer, key));
        advance();
      }
      read++;
    }

    private void put(Batch batch, int layer, List<Object> key) {
      String fault = fault(layer);
      if (!fault.isEmpty()) {
        throw faulty(layer, fault, layout.key().name(key));
      }
      batch.put(layer, row);
    }

    private String fault(int layer) {
      return layout
          .layers()
          .get(layer)
          .fault(row, layout.ordinal(layer), layout.neurons().get(layer));
    }

    /** Counts the faults of a layer from this row to the end of the run. */
    private ActivationsException faulty(int layer, String fault, String key) {
      int source = row.getInt(Samples.SOURCE);
      LayerColumn column = layout.layers().get(layer);
      long looked = read;
      long faults = 0;
      for (; isInRun(); advance()) {
        if (row.getInt(Samples.SOURCE) == source) {
          looked++;
          faults += fault(layer).isEmpty() ? 0 : 1;
        }
      }
      return new ActivationsException(
          column.description()
              + ": expected "
              + column.expected(layout.neurons().get(layer))
              + " in every row, as in the first one, found "
              + fault
              + " at "
              + key
              + (faults == 1 ? ", the only such row" : ", the first of " + faults + " such rows")
              + " among "
              + looked
              + " looked at");
    }
  }
}
