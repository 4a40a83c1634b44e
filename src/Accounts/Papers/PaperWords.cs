using System.Globalization;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>Words of papers in a named language, from the texts of the pages: a paper is also made where no page is.</summary>
static class PaperWords
{
    static readonly Texts All = new([new PagesAssembly(typeof(AccountsModule).Assembly)]);

    /// <param name="language">One of <see cref="Languages"/>.</param>
    public static string In(string language, string key, params object[] arguments) =>
        string.Format(CultureInfo.InvariantCulture, All.In(language, key), arguments);
}
