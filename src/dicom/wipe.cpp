/* Blocks are overwritten when they are given back, those of DCMTK too: nothing that was read of a
 * patient stays behind in memory. */

#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>

namespace
{

void *
take (std::size_t size) noexcept
{
  return std::malloc (size > 0 ? size : 1);
}

void *
take_or_throw (std::size_t size)
{
  void *block = take (size);

  if (block == nullptr)
    throw std::bad_alloc ();
  return block;
}

void
give_back (void *block) noexcept
{
  if (block != nullptr)
    explicit_bzero (block, malloc_usable_size (block));
  std::free (block);
}

} // namespace

void *
operator new (std::size_t size)
{
  return take_or_throw (size);
}

void *
operator new[] (std::size_t size)
{
  return take_or_throw (size);
}

void *
operator new (std::size_t size, const std::nothrow_t &) noexcept
{
  return take (size);
}

void *
operator new[] (std::size_t size, const std::nothrow_t &) noexcept
{
  return take (size);
}

void
operator delete (void *block) noexcept
{
  give_back (block);
}

void
operator delete[] (void *block) noexcept
{
  give_back (block);
}

void
operator delete (void *block, std::size_t) noexcept
{
  give_back (block);
}

void
operator delete[] (void *block, std::size_t) noexcept
{
  give_back (block);
}

void
operator delete (void *block, const std::nothrow_t &) noexcept
{
  give_back (block);
}

void
operator delete[] (void *block, const std::nothrow_t &) noexcept
{
  give_back (block);
}
