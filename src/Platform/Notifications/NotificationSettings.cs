namespace Pujiang.Platform;

/// <summary>How a customer or a member of staff wants to be told. Who has chosen nothing has these as they are made.</summary>
public sealed class NotificationSettings
{
    /// <summary>The party, or the person of staff.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>One of <see cref="Languages.All"/>.</summary>
    public string Language { get; set; } = Languages.Chinese;

    /// <summary>An address that its owner has proved to read, or empty. Sealed at rest.</summary>
    public string Email { get; set; } = "";

    /// <summary>A mobile phone that its owner has proved to hold, or empty for the one that the party was registered with. Sealed at rest.</summary>
    public string Phone { get; set; } = "";

    public bool HasQuietHours { get; set; } = true;

    /// <summary>In the bank's time; until the next day where it is not later than <see cref="QuietFrom"/>.</summary>
    public TimeOnly QuietFrom { get; set; } = new(22, 0);
    public TimeOnly QuietUntil { get; set; } = new(8, 0);

    /// <summary>What waited for the end of the quiet hours comes as one message.</summary>
    public bool WantsDigest { get; set; }

    public Channels Payments { get; set; } = Channels.Email;
    public Channels Receipts { get; set; } = Channels.Email | Channels.Sms;
    public Channels Tasks { get; set; } = Channels.Email | Channels.Sms;

    /// <summary>Rises with each change, so that of two at the same time the later is asked again.</summary>
    public int Version { get; set; }

    /// <summary>The channels for a group; for security always all.</summary>
    public Channels For(NotificationGroup group) => group switch
    {
        NotificationGroup.Payments => Payments,
        NotificationGroup.Receipts => Receipts,
        NotificationGroup.Tasks => Tasks,
        _ => Channels.Email | Channels.Sms,
    };

    public void Choose(NotificationGroup group, Channels channels)
    {
        if (group == NotificationGroup.Payments) Payments = channels;
        else if (group == NotificationGroup.Receipts) Receipts = channels;
        else if (group == NotificationGroup.Tasks) Tasks = channels;
    }

    /// <summary>When the quiet hours end in which this moment lies; null when it lies in none.</summary>
    public DateTime? QuietEnd(DateTime utc)
    {
        var local = BankTime.Local(utc);
        // TimeOnly.IsBetween takes "22:00 to 8:00" over midnight, and the end is not in it.
        if (!HasQuietHours || !TimeOnly.FromTimeSpan(local.TimeOfDay).IsBetween(QuietFrom, QuietUntil)) return null;
        var day = DateOnly.FromDateTime(local.Date);
        if (QuietUntil.ToTimeSpan() <= local.TimeOfDay) day = day.AddDays(1);
        return BankTime.StartOf(day) + QuietUntil.ToTimeSpan();
    }
}

/// <summary>An address that somebody wants to be told at, and has not yet proved to read.</summary>
sealed class AddressChange
{
    /// <summary>Wrong codes after which a new one must be asked for.</summary>
    public const int MostTries = 5;

    public required Guid OwnerId { get; init; }

    /// <summary>Email or Sms.</summary>
    public required Channels Channel { get; init; }

    /// <summary>Sealed at rest.</summary>
    public required string Address { get; set; }

    /// <summary>Keyed hash of the code.</summary>
    public required string CodeHash { get; set; }

    public required DateTime AskedAt { get; set; }
    public required DateTime ExpiresAt { get; set; }
    public int Tries { get; set; }
}

/// <summary>A message that was handed to a channel: what the caps count.</summary>
sealed class NotificationDelivery
{
    /// <summary>The message's id in the outbox.</summary>
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }
    public required string Kind { get; init; }
    public required Channels Channel { get; init; }

    /// <summary>Keyed hash of the address.</summary>
    public required string AddressHash { get; init; }

    public required bool IsUrgent { get; init; }
    public required DateTime At { get; init; }
}

/// <summary>An address that does not exist (any more), as its mail server or the text gateway said. Nothing goes there until its owner proves it anew.</summary>
sealed class RefusedAddress
{
    public required string AddressHash { get; init; }
    public required Channels Channel { get; init; }
    public required DateTime At { get; init; }
}

sealed class NotificationChannelTables : ICityTables
{
    public string Schema => "notifications";

    public void Configure(TableModel model)
    {
        var settings = model.Entity<NotificationSettings>("settings");
        settings.HasKey(s => s.OwnerId);
        settings.Property(s => s.OwnerId).ValueGeneratedNever();
        settings.Property(s => s.Language).HasMaxLength(8);
        model.Seal(settings.Property(s => s.Email));
        model.Seal(settings.Property(s => s.Phone));
        settings.Property(s => s.Version).IsConcurrencyToken();

        var change = model.Entity<AddressChange>("address_change");
        change.HasKey(c => new { c.OwnerId, c.Channel });
        model.Seal(change.Property(c => c.Address));
        change.Property(c => c.CodeHash).HasMaxLength(32);

        var delivery = model.Entity<NotificationDelivery>("delivery");
        delivery.Property(d => d.Id).ValueGeneratedNever();
        delivery.Property(d => d.Kind).HasMaxLength(NotificationKind.LongestName);
        delivery.Property(d => d.AddressHash).HasMaxLength(32);
        delivery.HasIndex(d => new { d.AddressHash, d.At });
        delivery.HasIndex(d => new { d.OwnerId, d.At });
        delivery.HasIndex(d => d.At);

        var refused = model.Entity<RefusedAddress>("refused_address");
        refused.HasKey(r => r.AddressHash);
        refused.Property(r => r.AddressHash).HasMaxLength(32);
    }
}
