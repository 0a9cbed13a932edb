namespace Cadre.Knowledge.Index;

/// <summary>The file of one vector store.</summary>
internal static class Schema
{
    /// <summary>Of the tables and of <see cref="IndexText"/>: an index that was written otherwise is made anew.</summary>
    public const int Version = 1;

    /// <summary>A chunk's id is its file's row, shifted, and its position: what is found by words or by vector names its file without a look-up.</summary>
    public const int PositionBits = 20;

    public const int MaxChunksPerFile = 1 << PositionBits;

    /// <summary>A word in a heading counts as so many in the text.</summary>
    public const string HeadingWeight = "2.0";

    // A transaction's words are collected in that many bytes before they are written: what is written in small parts has to be merged more often.
    // The first row's number is any: whoever writes on after the store was deleted and made anew must not meet a row that is another's.
    public const string Tables = """
        CREATE TABLE files(
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          file_id TEXT NOT NULL,
          name TEXT NOT NULL,
          state INTEGER NOT NULL,
          session TEXT NOT NULL,
          embedder TEXT,
          dimensions INTEGER) STRICT;
        INSERT INTO sqlite_sequence(name, seq) VALUES ('files', abs(random()) % (1 << 42));
        CREATE INDEX files_by_file_id ON files(file_id);
        CREATE TABLE attributes(
          file INTEGER NOT NULL,
          key TEXT NOT NULL,
          json TEXT NOT NULL,
          text TEXT,
          number REAL,
          flag INTEGER,
          PRIMARY KEY(file, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE chunks(id INTEGER PRIMARY KEY, heading TEXT NOT NULL, text TEXT NOT NULL) STRICT;
        CREATE TABLE vectors(id INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
        CREATE VIRTUAL TABLE words USING fts5(heading, text, content='', tokenize='porter unicode61 remove_diacritics 2');
        INSERT INTO words(words, rank) VALUES ('hashsize', 8388608);
        """;

    public static long ChunkId(long file, int position) => file << PositionBits | (long)position;

    public static long FileOf(long chunk) => chunk >> PositionBits;

    public static int PositionOf(long chunk) => (int)(chunk & (MaxChunksPerFile - 1));
}

/// <summary>A row of files is one ingestion of a file: what is being written is not found, and what was replaced is found no more.</summary>
internal enum FileState
{
    Pending = 0,
    Live = 1,
    Dead = 2,
}
