/**
 * Reads the tensors of files that {@code torch.save} of PyTorch wrote, from 1.6 on, without running
 * what is in them: see {@link org.spanmatch.activations.torch.TorchFormat}.
 */
package org.spanmatch.activations.torch;
