namespace Pujiang.Platform;

/// <summary>What the platform itself tells people.</summary>
public static class NotificationKinds
{
    static readonly DateTime ExampleTime = new(2026, 3, 2, 1, 30, 0, DateTimeKind.Utc);

    /// <summary>Somebody signed in with a device that was not seen lately.</summary>
    public static readonly NotificationKind NewSignIn = new("identity.new-sign-in", NotificationGroup.Security,
        ("device", "Firefox, Windows"), ("place", "203.0.113.x"), ("at", ExampleTime));

    /// <summary>Password, passkeys or second step are not what they were.</summary>
    public static readonly NotificationKind SignInChanged = new("identity.sign-in-changed", NotificationGroup.Security,
        ("what", new NotificationValue.Term("sign-in.password-changed")), ("at", ExampleTime));

    /// <summary>An act that this person may approve or refuse waits.</summary>
    public static readonly NotificationKind ApprovalWaits = new("approvals.waiting", NotificationGroup.Tasks,
        ("act", new NotificationValue.Term("approval.cash-in")), ("until", ExampleTime));

    /// <summary>An event could not be delivered to a firm's webhook; later ones are kept until its system answers again.</summary>
    public static readonly NotificationKind WebhookPaused = new("webhooks.paused", NotificationGroup.Tasks, ("until", ExampleTime));

    /// <summary>One person of security revoked a key alone.</summary>
    public static readonly NotificationKind KeyRevokedAlone = new("keys.revoked-alone", NotificationGroup.Security,
        ("owner", "hospital"), ("reason", "the secret may be known to others"), ("at", ExampleTime));

    /// <summary>A document waits for this party's signature, and nobody has to sign before.</summary>
    public static readonly NotificationKind DocumentToSign = new("documents.to-sign", NotificationGroup.Tasks, ("until", ExampleTime));

    internal static IReadOnlyList<NotificationKind> All { get; } = [NewSignIn, SignInChanged, ApprovalWaits, WebhookPaused, KeyRevokedAlone, DocumentToSign, Mailroom.Code, Mailroom.Digest];
}
