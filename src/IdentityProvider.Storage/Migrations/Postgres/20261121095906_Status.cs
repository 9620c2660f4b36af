using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Status : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Statuses",
                table: "TokenFamilies",
                type: "character varying(4000)",
                maxLength: 4000,
                nullable: false,
                defaultValue: "",
                collation: "C");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "TokensNotBefore",
                table: "Clients",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "StatusBlocks",
                columns: table => new
                {
                    ListId = table.Column<int>(type: "integer", nullable: false),
                    First = table.Column<int>(type: "integer", nullable: false),
                    Count = table.Column<int>(type: "integer", nullable: false),
                    ClientId = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    FamilyId = table.Column<Guid>(type: "uuid", nullable: true),
                    Kid = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, collation: "C"),
                    LastTokenExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatusBlocks", x => new { x.ListId, x.First });
                });

            migrationBuilder.CreateTable(
                name: "StatusChanges",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    ListId = table.Column<int>(type: "integer", nullable: false),
                    First = table.Column<int>(type: "integer", nullable: false),
                    Count = table.Column<int>(type: "integer", nullable: false),
                    Value = table.Column<byte>(type: "smallint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatusChanges", x => new { x.Sequence, x.ListId, x.First });
                });

            migrationBuilder.CreateTable(
                name: "StatusLists",
                columns: table => new
                {
                    ListId = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Next = table.Column<int>(type: "integer", nullable: false),
                    LastTokenExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatusLists", x => x.ListId);
                });

            migrationBuilder.InsertData(
                table: "Topics",
                columns: new[] { "Name", "Version" },
                values: new object[] { "status", 1L });

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_ClientId",
                table: "StatusBlocks",
                column: "ClientId");

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_FamilyId",
                table: "StatusBlocks",
                column: "FamilyId");

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_Kid",
                table: "StatusBlocks",
                column: "Kid");

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_LastTokenExpiresAt",
                table: "StatusBlocks",
                column: "LastTokenExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_StatusChanges_ListId",
                table: "StatusChanges",
                column: "ListId");

            // Whoever listens hears of a change when it commits (TopicSignals); the others see the version when they look.
            migrationBuilder.Sql("""
                CREATE FUNCTION idp_topic_moved() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_notify('idp_topics', NEW."Name"); RETURN NULL; END $$;
                CREATE TRIGGER topic_moved AFTER UPDATE ON "Topics" FOR EACH ROW EXECUTE FUNCTION idp_topic_moved();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP TRIGGER topic_moved ON "Topics"; DROP FUNCTION idp_topic_moved();""");

            migrationBuilder.DropTable(
                name: "StatusBlocks");

            migrationBuilder.DropTable(
                name: "StatusChanges");

            migrationBuilder.DropTable(
                name: "StatusLists");

            migrationBuilder.DeleteData(
                table: "Topics",
                keyColumn: "Name",
                keyValue: "status");

            migrationBuilder.DropColumn(
                name: "Statuses",
                table: "TokenFamilies");

            migrationBuilder.DropColumn(
                name: "TokensNotBefore",
                table: "Clients");
        }
    }
}
