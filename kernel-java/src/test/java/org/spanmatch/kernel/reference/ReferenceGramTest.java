package org.spanmatch.kernel.reference;

import org.junit.jupiter.api.Tag;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.validation.contract.GramContract;

/** The reference kernel's factors keep the contract. */
@Tag("once") // on one JDK: nothing here depends on which
class ReferenceGramTest extends GramContract {
  @Override
  protected ProjectionKernel open() {
    return new ReferenceKernel("test");
  }
}
