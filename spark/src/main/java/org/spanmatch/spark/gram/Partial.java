package org.spanmatch.spark.gram;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import org.spanmatch.gram.Gram;

/** A Gram matrix that travels between executors. */
public final class Partial implements Externalizable {
  private static final long serialVersionUID = 1;

  private Gram gram;

  /** For deserialisation. */
  public Partial() {}

  Partial(Gram gram) {
    this.gram = gram;
  }

  Gram gram() {
    return gram;
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    gram.write(out);
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    gram = Gram.read(in);
  }
}
