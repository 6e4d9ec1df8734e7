package org.spanmatch.spark.files;

import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.spanmatch.activations.Layer;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.spark.files.Store.Access;
import org.spanmatch.spark.gram.Shard;

/** A shard whose headers have been checked. */
final class FileShard implements Shard {
  private static final long serialVersionUID = 1L;

  private final Header header;
  private final Broadcast<Plan> plan;
  private transient PerGroup<OpenFiles> open; // null before the first layer, and after a journey

  FileShard(Header header, Broadcast<Plan> plan) {
    this.header = header;
    this.plan = plan;
  }

  @Override
  public synchronized PerGroup<Layer> open(int pair) {
    Plan all = plan.value();
    if (open == null) {
      open =
          PerGroup.of(
              open(all, all.x(), header.x(), header.xStates()),
              open(all, all.y(), header.y(), header.yStates()));
    }
    Plan.Pair names = all.pairs().get(pair);
    return PerGroup.of(
        open.x().layer(names.x(), all.layouts()), open.y().layer(names.y(), all.layouts()));
  }

  private static OpenFiles open(
      Plan plan, Plan.Side side, List<String> files, List<FileState> states) {
    return OpenFiles.of(side, files, states, plan.configuration().value(), Access.VALUES);
  }

  /** The files, for messages. */
  @Override
  public String toString() {
    return String.join(", ", header.x()) + " and " + String.join(", ", header.y());
  }
}
