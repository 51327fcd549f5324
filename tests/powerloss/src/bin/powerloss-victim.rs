//! The process that dies; see [`tests_powerloss::victim`].

fn main() -> std::process::ExitCode {
    tests_powerloss::victim::main()
}
