package org.spanmatch.kernel.reference;

import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.validation.contract.GramContract;

/** The reference kernel's factors keep the contract. */
class ReferenceGramTest extends GramContract {
  @Override
  protected ProjectionKernel open() {
    return new ReferenceKernel("test");
  }
}
