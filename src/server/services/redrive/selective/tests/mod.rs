//! The shell against an SQS over HTTP that can be made to misbehave: nothing lost, whatever happens.
//!
//! What it is tried out with:
//! * `world` – an SQS, and consoles · `stage` – the same with two queues, a clock that can be moved, and the oracle
//! * `process`, `disk` – one life of a console, that ends where it shall · `watch` – what every call is looked at for
//!
//! What is tried out:
//! * `moving`, `waiting` – without trouble · `crashes` – killed at every step · `order` – FIFO, killed a hundred times
//! * `faults` – calls that fail · `credentials` – that expire · `outage` – no network, and a process that stands still
//! * `rivals` – two consoles · `full` – a journal that cannot be written · `recovery` – a large journal
//! * `trap` – deduplication · `fidelity` – byte for byte · `movers` – what other tools get wrong

mod crashes;
mod credentials;
mod disk;
mod faults;
mod fidelity;
mod full;
mod movers;
mod moving;
mod order;
mod outage;
mod process;
mod recovery;
mod rivals;
mod stage;
mod trap;
mod waiting;
mod watch;
pub mod world;
