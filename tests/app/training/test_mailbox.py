"""The mailbox loses no scalar, and keeps only the newest weights."""

from types import SimpleNamespace

from app.training.mailbox import Mail, Mailbox


def test_events_keep_their_order_and_the_newest_snapshot_wins() -> None:
    mailbox = Mailbox()
    batches, epochs = [SimpleNamespace(step=step) for step in range(3)], [SimpleNamespace(epoch=1)]
    for batch in batches:
        mailbox.put_batch(batch)
    mailbox.put_epoch(epochs[0])
    old, new = SimpleNamespace(), SimpleNamespace()
    mailbox.put_snapshot(old)
    mailbox.put_snapshot(new)
    mail = mailbox.take()
    assert (mail.batches, mail.epochs) == (batches, epochs)
    assert mail.snapshot is new


def test_taking_the_mail_empties_the_mailbox() -> None:
    mailbox = Mailbox()
    mailbox.put_batch(SimpleNamespace(step=1))
    mailbox.take()
    assert mailbox.take() == Mail()
