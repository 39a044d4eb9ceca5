#include "frames.hpp"

#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

namespace
{

constexpr rlim_t max_memory = rlim_t{ 3 } << 30;
constexpr rlim_t max_seconds = 300;

void
limit (int resource, rlim_t value)
{
  const struct rlimit both = { value, value };
  setrlimit (static_cast<__rlimit_resource> (resource), &both);
}

/* socket() fails from now on. Best effort: a kernel without seccomp does without. */
void
forbid_network ()
{
  struct sock_filter rules[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { sizeof rules / sizeof *rules, rules };

  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

} // namespace

namespace bregma
{

void
limit_process ()
{
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_FSIZE, 0);
  limit (RLIMIT_CPU, max_seconds);
#if !defined __SANITIZE_ADDRESS__
  limit (RLIMIT_AS, max_memory);
#endif
  forbid_network ();
}

} // namespace bregma
