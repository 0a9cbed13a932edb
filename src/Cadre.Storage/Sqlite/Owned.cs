using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>The one place that says whose rows a statement may see; every statement over documents or runs that a caller can reach has its condition.</summary>
internal static class Owned
{
    /// <summary>Parameters from here on are the statement's own.</summary>
    public const int Next = 3;

    private const string OneOrganisation = "(organisation = ?1 AND (?2 IS NULL OR user = ?2))";
    private const string OneUser = "(organisation = ?1 AND user = ?2)";
    private const string AllOrganisations = "(?1 IS NULL AND (?2 IS NULL OR user = ?2))";

    /// <summary>The general one fits every scope of an organisation; the one for a user's scope lets an index find that user's rows.</summary>
    public static string By(Scope scope) => scope switch { { Organisation: null } => AllOrganisations, { User: null } => OneOrganisation, _ => OneUser };

    public static void Bind(Statement statement, Scope scope)
    {
        statement.Bind(1, scope.Organisation);
        statement.Bind(2, scope.User);
    }
}
